package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key is an entry of the legend, which stands in rows above the panels and so
// never over data.
type key struct {
	label string
	color color.Color
	line  *draw.LineStyle
	shape draw.GlyphDrawer
	fill  bool // a filled box
}

const (
	keyWidth = 14
	keyGap   = 10
	keyRow   = 11
)

// keyRows puts the entries into rows that fit the width.
func keyRows(keys []key, width vg.Length) [][]key {
	var rows [][]key
	style := textStyle(tickSize, ink)
	used := width + 1 // starts the first row
	for _, k := range keys {
		need := keyWidth + 3 + style.Width(k.label) + keyGap
		if used+need-keyGap > width {
			rows = append(rows, nil)
			used = 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		used += need
	}
	return rows
}

// drawKeys draws the legend along the top, from the given left margin, and
// returns the canvas below it.
func drawKeys(c draw.Canvas, keys []key, left vg.Length) draw.Canvas {
	style := textStyle(tickSize, ink)
	rows := keyRows(keys, c.Max.X-c.Min.X-left)
	for i, row := range rows {
		x, y := c.Min.X+left, c.Max.Y-vg.Points(keyRow)*(vg.Length(i)+0.5)
		for _, k := range row {
			k.draw(c, x, y)
			write(c, style, vg.Point{X: x + keyWidth + 3, Y: y}, 0, 0.5, k.label)
			x += keyWidth + 3 + style.Width(k.label) + keyGap
		}
	}
	below := vg.Points(keyRow) * vg.Length(len(rows))
	if below > 0 {
		below += 3
	}
	return draw.Crop(c, 0, 0, 0, -below)
}

func (k key) draw(c draw.Canvas, x, y vg.Length) {
	if k.fill {
		box(c, k.color, x+1, y-3, x+keyWidth-1, y+3)
	}
	if k.line != nil {
		c.StrokeLine2(*k.line, x, y, x+keyWidth, y)
	}
	if k.shape != nil {
		c.DrawGlyph(draw.GlyphStyle{Color: k.color, Radius: 2, Shape: k.shape}, vg.Point{X: x + keyWidth/2, Y: y})
	}
}

// inner is the part of a canvas inside the figure's margin.
func inner(c draw.Canvas) draw.Canvas { return draw.Crop(c, 4, -6, 4, -4) }
