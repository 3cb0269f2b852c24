package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A key is an entry of the legend, which stands in rows above the panels and
// so never over data.
type key struct {
	label string
	color color.Color
	line  *draw.LineStyle
	shape draw.GlyphDrawer
	fill  bool // a filled box
	// panel is the title of the one panel that the entry belongs to, "" for all.
	panel string
}

// Sizes of a legend's entry in font sizes of its text.
const (
	keyWidth = 2.0  // the sample before the label
	keySpace = 0.4  // between sample and label
	keyGap   = 1.4  // between entries
	keyRow   = 1.55 // the distance of two lines
)

// keyRows puts the entries into rows that fit the width. A label that is wider
// than that alone is broken into lines.
func keyRows(style Style, keys []key, width vg.Length) [][]key {
	var rows [][]key
	text := style.tick()
	em := text.Font.Size
	used := width + 1 // starts the first row
	for _, k := range keys {
		k.label = wrap(text, k.label, width-(keyWidth+keySpace)*em)
		need := (keyWidth+keySpace+keyGap)*em + text.Width(k.label)
		if used+need-keyGap*em > width {
			rows = append(rows, nil)
			used = 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		used += need
	}
	return rows
}

func rowHeight(style Style, row []key) (h vg.Length) {
	text := style.tick()
	for _, k := range row {
		h = max(h, height(text, k.label)+(keyRow-ascent-descent)*text.Font.Size)
	}
	return h
}

func legendHeight(style Style, rows [][]key) (h vg.Length) {
	for _, row := range rows {
		h += rowHeight(style, row)
	}
	if h > 0 {
		h += 3
	}
	return h
}

// drawKeys draws the legend along the top of a page.
func drawKeys(c draw.Canvas, style Style, rows [][]key) {
	text := style.tick()
	em := text.Font.Size
	top := c.Max.Y - border
	for _, row := range rows {
		x := c.Min.X + border
		h := rowHeight(style, row)
		for _, k := range row {
			k.draw(c, em, x, top-keyRow*em/2)
			write(c, text, vg.Point{X: x + (keyWidth+keySpace)*em, Y: top - h/2}, 0, 0.5, k.label)
			x += (keyWidth+keySpace+keyGap)*em + text.Width(k.label)
		}
		top -= h
	}
}

func (k key) draw(c draw.Canvas, em, x, y vg.Length) {
	width := vg.Length(keyWidth) * em
	if k.fill {
		box(c, k.color, x+1, y-0.45*em, x+width-1, y+0.45*em)
	}
	if k.line != nil {
		c.StrokeLine2(*k.line, x, y, x+width, y)
	}
	if k.shape != nil {
		c.DrawGlyph(draw.GlyphStyle{Color: k.color, Radius: 2, Shape: k.shape}, vg.Point{X: x + width/2, Y: y})
	}
}
