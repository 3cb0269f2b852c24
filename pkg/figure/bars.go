package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars draws one value a name as a bar from 0, in the order of the names, from
// the top down.
func Bars(l Labels, names []string, values []float64) (*Figure, error) {
	if len(names) == 0 || len(names) != len(values) {
		return nil, fmt.Errorf("figure %s: %d names and %d values", l.Name, len(names), len(values))
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("figure %s: the value of %q is %v", l.Name, names[i], v)
		}
	}
	f, err := single(l, 0, func(style Style, p *panel) ([]key, error) {
		p.barsDown(style, l.MaxX, names, values)
		return nil, nil
	}, func(s *sheet) { s.lines = 1.6 * float64(len(names)) })
	return f, err
}

func (p *panel) barsDown(style Style, end float64, labels []string, values []float64) {
	low, high := math.Min(slices.Min(values), 0), maximum(values)
	room := 0.14 * math.Max(high-low, 1e-12) // for the numbers at the bars' ends
	p.X.Min, p.X.Max = low, math.Max(high, cmp.Or(end, high+room))
	if low < 0 {
		p.X.Min -= room
	}
	p.Y.Min, p.Y.Max = -0.6, float64(len(labels))-0.4
	p.X.Marker = ticks{about: 5, format: short}
	p.Y.Names = true
	p.Y.Marker = names(flip(labels))
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		n, text := len(values), style.small(ink)
		for i, v := range values {
			centre := float64(n - 1 - i)
			box(c, style.color(0), x(0), y(centre-0.35), x(v), y(centre+0.35))
			at, align := vg.Point{X: x(v) + 2, Y: y(centre)}, 0.0
			if v < 0 {
				at.X, align = x(v)-2, 1
			}
			number := minus(short(v))
			if w := text.Width(number); align == 0 && at.X+w > c.Max.X { // a bar that ends at the frame
				at.X, align, text.Color = x(v)-2, 1, color.White
			}
			write(c, text, at, align, 0.5, number)
			text.Color = ink
		}
		c.StrokeLine2(lineStyle(muted, 0.5), x(0), c.Min.Y, x(0), c.Max.Y)
	})
}
