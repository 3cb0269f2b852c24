package figure

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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
