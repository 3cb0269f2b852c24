package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	fonts "llmjp.internal/modernbert/pkg/figure/font"
)

// outlines is a text handler for gonum that fills the outlines of glyphs
// instead of naming a font, so that SVG and PNG look alike on every machine. A
// letter that the font lacks is drawn as an empty box, never left out. A
// canvas that is a setter gets the letters themselves.
type outlines struct{}

var _ text.Handler = outlines{}

// Line metrics in ems. The font's own leave room for accents on top of
// capitals and would set figures too wide.
const (
	ascent  = 0.95
	descent = 0.20
)

func (outlines) Cache() *font.Cache { return nil }

func (outlines) Extents(f font.Font) font.Extents {
	return font.Extents{Ascent: f.Size * ascent, Descent: f.Size * descent, Height: f.Size * (ascent + descent)}
}

func (outlines) Lines(words string) []string {
	return strings.Split(strings.TrimRight(words, "\n"), "\n")
}

func (h outlines) Box(line string, f font.Font) (width, height, depth vg.Length) {
	_, width = place(line, f)
	return width, f.Size * ascent, f.Size * descent
}

// A setter is a canvas that sets text itself: a PDF, which embeds the font, or
// a test that records where text stands.
type setter interface {
	// setText sets one line whose baseline begins at the point.
	setText(glyphs []placed, f font.Font, c color.Color, at vg.Point, rotation float64)
}

// Draw puts the baseline of the last line at the point when YAlign is YBottom,
// as gonum's handlers do.
func (h outlines) Draw(c vg.Canvas, words string, s text.Style, at vg.Point) {
	if words = strings.TrimRight(words, "\n"); words == "" {
		return
	}
	c = bare(c)
	lines := h.Lines(words)
	step := s.Font.Size * (ascent + descent)
	baseline := step*vg.Length(len(lines))*vg.Length(s.YAlign) + step*vg.Length(len(lines)-1)
	sin, cos := math.Sincos(s.Rotation)
	for _, line := range lines {
		glyphs, width := place(line, s.Font)
		x := width * vg.Length(s.XAlign)
		from := vg.Point{X: at.X + x*vg.Length(cos) - baseline*vg.Length(sin), Y: at.Y + x*vg.Length(sin) + baseline*vg.Length(cos)}
		if t, ok := c.(setter); ok {
			t.setText(glyphs, s.Font, s.Color, from, s.Rotation)
		} else {
			fill(c, glyphs, s, from)
		}
		baseline -= step
	}
}

// bare returns the canvas under gonum's croppings of it.
func bare(c vg.Canvas) vg.Canvas {
	for {
		switch d := c.(type) {
		case *draw.Canvas:
			c = d.Canvas
		case draw.Canvas:
			c = d.Canvas
		default:
			return c
		}
	}
}

// boldStroke is the width in ems of the line drawn around a letter that the
// bold font lacks, which makes the regular letter bold.
const boldStroke = 0.045

// fill draws the outlines of one line whose baseline begins at the point.
func fill(c vg.Canvas, glyphs []placed, s text.Style, at vg.Point) {
	c.Push()
	defer c.Pop()
	c.SetColor(s.Color)
	c.SetLineWidth(s.Font.Size * boldStroke)
	c.SetLineDash(nil, 0)
	c.Translate(at)
	if s.Rotation != 0 {
		c.Rotate(s.Rotation)
	}
	var path, thick vg.Path
	for _, g := range glyphs {
		outline := moved(g.face.outline(g.index), s.Font.Size, vg.Point{X: g.x})
		path = append(path, outline...)
		if g.thick {
			thick = append(thick, outline...)
		}
	}
	if len(path) > 0 {
		c.Fill(path)
	}
	if len(thick) > 0 {
		c.Stroke(thick)
	}
}

// A face is one font with the outlines of the glyphs drawn so far, in ems.
type face struct {
	font *sfnt.Font
	em   fixed.Int26_6
	mu   sync.Mutex
	buf  sfnt.Buffer
	seen map[sfnt.GlyphIndex]vg.Path
}

var faces = sync.OnceValue(func() (f struct{ regular, bold *face }) {
	f.regular, f.bold = parse(fonts.Regular), parse(fonts.BoldLatin)
	return f
})

func parse(ttf []byte) *face {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(fmt.Sprintf("the embedded font: %v", err)) // a broken build, found by the tests
	}
	return &face{font: f, em: fixed.Int26_6(f.UnitsPerEm()), seen: map[sfnt.GlyphIndex]vg.Path{}}
}

// A placed glyph is a letter at its offset from the start of its line.
type placed struct {
	letter rune
	face   *face
	index  sfnt.GlyphIndex
	x      vg.Length
	thick  bool // a bold letter that has to be made from the regular one
}

// place sets one line and returns its glyphs and its width.
func place(line string, f font.Font) (glyphs []placed, width vg.Length) {
	var previous placed
	for _, r := range line {
		g := find(r, f.Weight >= xfont.WeightBold)
		if previous.face == g.face {
			width += g.face.kern(previous.index, g.index) * f.Size
		}
		g.x = width
		glyphs = append(glyphs, g)
		width += g.face.advance(g.index) * f.Size
		previous = g
	}
	return glyphs, width
}

// find returns a letter's glyph: for a bold one that the bold font lacks, as
// it does all Japanese, the regular one, to be thickened.
func find(r rune, bold bool) placed {
	all := faces()
	if bold {
		if i := all.bold.index(r); i != 0 {
			return placed{letter: r, face: all.bold, index: i}
		}
	}
	return placed{letter: r, face: all.regular, index: all.regular.index(r), thick: bold}
}

func (f *face) index(r rune) sfnt.GlyphIndex {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, err := f.font.GlyphIndex(&f.buf, r)
	if err != nil {
		return 0
	}
	return i
}

// advance returns a glyph's width, kern what two glyphs move together, in ems.
func (f *face) advance(i sfnt.GlyphIndex) vg.Length {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.font.GlyphAdvance(&f.buf, i, f.em, xfont.HintingNone)
	if err != nil {
		return 0
	}
	return f.ems(a)
}

func (f *face) kern(a, b sfnt.GlyphIndex) vg.Length {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, err := f.font.Kern(&f.buf, a, b, f.em, xfont.HintingNone)
	if err != nil { // no kerning for this pair
		return 0
	}
	return f.ems(k)
}

// ems converts font units to ems: sfnt is asked for as many pixels an em as
// the font has units.
func (f *face) ems(x fixed.Int26_6) vg.Length { return vg.Length(float64(x) / float64(f.em)) }

// outline returns a glyph's path in ems, y upwards, origin on the baseline.
func (f *face) outline(i sfnt.GlyphIndex) vg.Path {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p, ok := f.seen[i]; ok {
		return p
	}
	segments, err := f.font.LoadGlyph(&f.buf, i, f.em, nil)
	if err != nil {
		return nil
	}
	var p vg.Path
	at := func(q fixed.Point26_6) vg.Point { return vg.Point{X: f.ems(q.X), Y: -f.ems(q.Y)} }
	for k, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if k > 0 {
				p.Close()
			}
			p.Move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			p.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			p.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			p.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(p) > 0 {
		p.Close()
	}
	f.seen[i] = p
	return p
}

// moved scales a path in ems to a size and moves it.
func moved(p vg.Path, size vg.Length, by vg.Point) vg.Path {
	to := func(q vg.Point) vg.Point {
		return vg.Point{X: round(q.X*size + by.X), Y: round(q.Y*size + by.Y)}
	}
	out := make(vg.Path, len(p))
	for i, c := range p {
		c.Pos = to(c.Pos)
		if len(c.Control) > 0 {
			control := make([]vg.Point, len(c.Control))
			for k, q := range c.Control {
				control[k] = to(q)
			}
			c.Control = control
		}
		out[i] = c
	}
	return out
}

// round keeps hundredths of a point: 1/7200 inch is finer than any printer.
func round(x vg.Length) vg.Length { return vg.Length(math.Round(float64(x)*100) / 100) }
