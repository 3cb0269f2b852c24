package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// cells draws a heat map: row 0 at the bottom, NaN left white. With a format
// each cell has its number and the greatest is framed; with "" only colours.
func (p *panel) cells(values [][]float64, rows, columns []string, format string) {
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
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.Width, p.Y.Width = 0, 0
	p.X.Tick.Marker, p.Y.Tick.Marker = names(columns), names(rows)
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		framed := false
		for i, row := range values {
			for k, v := range row {
				if math.IsNaN(v) {
					continue
				}
				share := 0.5
				if high > low {
					share = (v - low) / (high - low)
				}
				if format == "" && k > 0 && row[k-1] == v {
					continue // drawn with the one before
				}
				run := k + 1
				for format == "" && run < len(row) && row[run] == v {
					run++
				}
				x0, x1 := x(float64(k)-0.5), x(float64(run)-0.5)
				y0, y1 := y(float64(i)-0.5), y(float64(i)+0.5)
				const seam = 0.8 // a pixel at 96 dots an inch, which later cells draw over; with less pale seams show
				box(c, heat(share), x0, y0, x1+seam, y1+seam)
				if format == "" {
					continue
				}
				text := color.NRGBA(ink)
				if share > 0.55 {
					text = color.NRGBA{0xff, 0xff, 0xff, 0xff}
				}
				write(c, textStyle(smallSize, text), vg.Point{X: (x0 + x1) / 2, Y: (y0 + y1) / 2}, 0.5, 0.5, fmt.Sprintf(format, v))
				if v == high && !framed {
					framed = true
					defer c.StrokeLines(lineStyle(Vermillion, 1.5), []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}})
				}
			}
		}
	})
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
