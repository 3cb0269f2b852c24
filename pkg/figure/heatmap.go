package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// cells draws a heat map: row 0 at the bottom, NaN left white. With a format
// the cells show their numbers where they have room. best frames the greatest
// and leaves the colour scale out.
func (p *panel) cells(values [][]float64, rows, columns []string, format string, best bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range values {
		for _, v := range row {
			if !math.IsNaN(v) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	p.X.Min, p.X.Max = -0.5, float64(len(values[0]))-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(values))-0.5
	p.X.Names, p.Y.Names = true, true
	p.X.Marker, p.Y.Marker = names(columns), names(rows)
	scale := &colorScale{low: low, high: high}
	if !best {
		p.scale = scale
	}
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		text := p.style.small(ink)
		numbers := format != ""
		for _, row := range values {
			for _, v := range row {
				numbers = numbers && (math.IsNaN(v) || text.Width(fmt.Sprintf(format, v)) < (x(1)-x(0))*0.95) && text.Font.Size < (y(1)-y(0))*0.95
			}
		}
		for i, row := range values {
			y0, y1 := y(float64(i)-0.5), y(float64(i)+0.5)
			for k := 0; k < len(row); {
				end := k + 1
				for end < len(row) && row[end] == row[k] { // equal neighbours are one box
					end++
				}
				if !math.IsNaN(row[k]) {
					const seam = 0.8 // a pixel at 96 dots an inch, which later cells draw over; with less pale seams show
					box(c, heat(scale.share(row[k])), x(float64(k)-0.5), y0, x(float64(end)-0.5)+seam, y1+seam)
				}
				k = end
			}
		}
		for i, row := range values {
			for k, v := range row {
				if !numbers || math.IsNaN(v) {
					continue
				}
				text := p.style.small(ink)
				if scale.share(v) > 0.55 {
					text.Color = color.White
				}
				write(c, text, vg.Point{X: x(float64(k)), Y: y(float64(i))}, 0.5, 0.5, minus(fmt.Sprintf(format, v)))
				if best && v == high {
					best = false
					x0, x1, y0, y1 := x(float64(k)-0.5), x(float64(k)+0.5), y(float64(i)-0.5), y(float64(i)+0.5)
					defer c.StrokeLines(lineStyle(Vermillion, 1.5), []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}})
				}
			}
		}
	})
}

// A colorScale says which value a color of a heat map stands for, in a bar
// right of the frame.
type colorScale struct{ low, high float64 }

// share returns where a value lies between the least (0) and the greatest (1).
func (s *colorScale) share(v float64) float64 {
	if s.high <= s.low {
		return 0.5
	}
	return (v - s.low) / (s.high - s.low)
}

// axis returns the bar's axis; a matrix of one value, or of none, has a range
// around it.
func (s *colorScale) axis() axis {
	a := axis{Min: s.low, Max: s.high, Marker: ticks{about: 5}}
	if math.IsInf(s.low, 0) {
		a.Min, a.Max = 0, 0
	}
	if a.Min >= a.Max {
		a.Min, a.Max = a.Min-0.5, a.Max+0.5
	}
	return a
}

func (s *colorScale) labelWidth(style Style) (w vg.Length) {
	a := s.axis()
	for _, t := range a.Marker.Ticks(a.Min, a.Max) {
		w = max(w, style.tick().Width(t.Label))
	}
	return w
}

func (s *colorScale) draw(c draw.Canvas, style Style) {
	const steps = 64
	x0 := c.Max.X + scaleGap
	h := (c.Max.Y - c.Min.Y) / steps
	whole := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: x0, Y: c.Min.Y}, Max: vg.Point{X: x0 + scaleWidth, Y: c.Max.Y}}}
	for i := range steps {
		box(whole, heat((float64(i)+0.5)/steps), x0, c.Min.Y+vg.Length(i)*h, x0+scaleWidth, c.Max.Y) // the next covers its upper part
	}
	a, t := s.axis(), style.tick()
	for _, k := range room(a, c.Max.Y-c.Min.Y, func(string) vg.Length { return t.Font.Size * 1.3 }) {
		write(c, t, vg.Point{X: x0 + scaleWidth + tickPad, Y: c.Y(a.norm(k.Value))}, 0, 0.5, k.Label)
	}
}

// heat goes from white to dark blue as a share goes from 0 to 1; its lightness
// falls evenly, so that it also reads in grey.
func heat(share float64) color.NRGBA {
	stops := []color.NRGBA{{0xf4, 0xf8, 0xfb, 0xff}, {0xa9, 0xcf, 0xe6, 0xff}, {0x3f, 0x8f, 0xc4, 0xff}, {0x08, 0x3d, 0x73, 0xff}}
	at := math.Min(math.Max(share, 0), 1) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (at-float64(i))*(float64(b)-float64(a)) + 0.5) }
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// names marks 0, 1, 2, … with words; empty ones are left out.
func names(words []string) at {
	a := at{format: func(x float64) string { return words[int(x)] }}
	for i, w := range words {
		if w != "" {
			a.values = append(a.values, float64(i))
		}
	}
	return a
}
