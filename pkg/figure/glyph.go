package figure

import (
	"fmt"
	"math"
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	fonts "llmjp.internal/modernbert/pkg/figure/font"
)

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
