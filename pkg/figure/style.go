package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Widths of a paper's columns.
const (
	SingleColumn = 3.35 * vg.Inch
	DoubleColumn = 6.9 * vg.Inch
)

// A Style shapes a figure for the page on which it will stand. A zero field
// keeps the figure's own value.
//
//	fig, err := curve.With(figure.Style{Width: figure.SingleColumn, FontSize: 7})
type Style struct {
	Width, Height vg.Length
	// FontSize is the size in points of titles and axis labels. Tick labels
	// and legend have 7/8 of it, names and numbers within a panel 13/16.
	FontSize float64
	// Colors are the series' colours in order; after the last the first
	// follows again.
	Colors []color.Color
	// Words replaces titles, axis labels and legend entries by others; an
	// empty one leaves the word out.
	Words map[string]string
	// Panels names the panels to draw, by their titles.
	Panels []string
}

// The range of sizes that With accepts.
const (
	defaultFontSize  = 8
	minFont, maxFont = 4, 72
	maxSide          = 200 * vg.Inch // the largest page that PDF allows
)

// Validate refuses sizes with which nothing can be drawn.
func (s Style) Validate() error {
	for _, side := range []struct {
		name  string
		value vg.Length
	}{{"width", s.Width}, {"height", s.Height}} {
		if v := side.value; math.IsNaN(float64(v)) || v < 0 || v > maxSide {
			return fmt.Errorf("%s %.4g in is not between 0 and %g in", side.name, v/vg.Inch, maxSide/vg.Inch)
		}
	}
	if s.FontSize != 0 && !(s.FontSize >= minFont && s.FontSize <= maxFont) {
		return fmt.Errorf("font size %g is not between %d and %d points", s.FontSize, minFont, maxFont)
	}
	return nil
}

// ParseLength reads a length above 0: "3.35in", "85mm", "8.5cm", "240pt".
func ParseLength(s string) (vg.Length, error) {
	l, err := vg.ParseLength(s)
	if err != nil || !(l > 0) || l > maxSide {
		return 0, fmt.Errorf("%q is no length such as 3.35in, 85mm, 8.5cm or 240pt", s)
	}
	return l, nil
}

// The colours of Okabe and Ito, https://jfly.uni-koeln.de/color/, without
// their yellow, which is lost on white.
var (
	Black      = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	Orange     = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	SkyBlue    = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	Green      = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	Blue       = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	Vermillion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	Purple     = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
)

// palette lists the colours in the order in which series take them, shapes
// the marks that tell series apart without colour.
var (
	palette = []color.Color{Blue, Vermillion, Green, Purple, Orange, SkyBlue, Black}
	shapes  = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}}
)

// Series returns the colour of the i-th series in the house's palette.
func Series(i int) color.Color { return Style{}.color(i) }

func (s Style) color(i int) color.NRGBA {
	colors := s.Colors
	if len(colors) == 0 {
		colors = palette
	}
	return color.NRGBAModel.Convert(colors[i%len(colors)]).(color.NRGBA)
}

// fade returns the colour with an opacity in [0, 1].
func fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(alpha*255 + 0.5)
	return c
}

var (
	ink   = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	muted = color.NRGBA{0x70, 0x70, 0x70, 0xff}
	faint = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}
	shade = color.NRGBA{0xf2, 0xf2, 0xf2, 0xff}
)

var dashes = []vg.Length{3, 2}

// size returns the font size of titles and axis labels.
func (s Style) size() vg.Length { return vg.Points(cmp.Or(s.FontSize, defaultFontSize)) }

// label, tick and small return the text styles of axis labels, of tick labels
// and the legend, and of names and numbers within a panel.
func (s Style) label() text.Style              { return textStyle(s.size(), ink) }
func (s Style) tick() text.Style               { return textStyle(s.size()*7/8, ink) }
func (s Style) small(c color.Color) text.Style { return textStyle(s.size()*13/16, c) }

// title returns the text style of a panel's title.
func (s Style) title() text.Style {
	t := s.label()
	t.Font.Weight = xfont.WeightBold
	return t
}

func textStyle(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Noto Sans JP", Size: size}, Handler: outlines{}}
}

// write draws words so that the point is at their left, centre or right (0,
// 0.5, 1) and at their bottom, middle or top.
func write(c draw.Canvas, s text.Style, at vg.Point, alignX, alignY float64, words string) {
	s.XAlign, s.YAlign = text.XAlignment(-alignX), text.YAlignment(-alignY)
	at.Y += s.FontExtents().Descent
	c.FillText(s, at, words)
}

// height returns the height of words of several lines.
func height(s text.Style, words string) vg.Length {
	if words == "" {
		return 0
	}
	return s.Font.Size * (ascent + descent) * vg.Length(1+strings.Count(words, "\n"))
}

func lineStyle(c color.Color, width float64, dash ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: vg.Points(width), Dashes: dash}
}

// word returns the word that stands for another in the style.
func (s Style) word(w string) string {
	if other, ok := s.Words[w]; ok {
		return other
	}
	return w
}

// unknown returns the first name that is not among the known ones.
func unknown(names, known []string) (string, bool) {
	i := slices.IndexFunc(names, func(n string) bool { return !slices.Contains(known, n) })
	if i < 0 {
		return "", false
	}
	return names[i], true
}
