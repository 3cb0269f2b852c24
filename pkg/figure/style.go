package figure

import (
	"image/color"

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

// Okabe and Ito's colours: https://jfly.uni-koeln.de/color/. Their yellow is
// left out: it is lost on white.
var (
	Black      = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	Orange     = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	SkyBlue    = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	Green      = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	Blue       = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	Vermillion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	Purple     = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
)

// palette is the order in which series take their colours, and shapes the
// marks that tell them apart without colour.
var (
	palette = []color.NRGBA{Blue, Vermillion, Green, Purple, Orange, SkyBlue, Black}
	shapes  = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}}
)

func seriesColor(i int) color.NRGBA { return palette[i%len(palette)] }

// Series is the colour of the i-th series of a figure, for plots of one's own.
func Series(i int) color.Color { return seriesColor(i) }

// fade makes a colour translucent; alpha is in [0, 1].
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

// Sizes of text.
const (
	smallSize = 6.5
	tickSize  = 7
	labelSize = 8
)

var dashes = []vg.Length{3, 2}

func textStyle(size float64, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Noto Sans JP", Size: vg.Points(size)}, Handler: outlines{}}
}

func boldStyle(size float64) text.Style {
	s := textStyle(size, ink)
	s.Font.Weight = xfont.WeightBold
	return s
}

// write draws text so that the point is its left, centre or right (0, 0.5, 1)
// and its bottom, middle or top.
func write(c draw.Canvas, s text.Style, at vg.Point, alignX, alignY float64, words string) {
	s.XAlign, s.YAlign = text.XAlignment(-alignX), text.YAlignment(-alignY)
	at.Y += s.FontExtents().Descent
	c.FillText(s, at, words)
}

func lineStyle(c color.Color, width float64, dash ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: vg.Points(width), Dashes: dash}
}
