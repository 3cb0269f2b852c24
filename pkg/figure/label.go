package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// label is the name of a point, "" for one that is kept free and not named.
type label struct {
	at    vg.Point
	text  string
	color color.Color
}

// drawLabels writes each name beside its point, where it hits neither a point
// nor another name nor the frame nor, if it can be, the path through the
// points.
func drawLabels(c draw.Canvas, labels []label, path []vg.Point) {
	const mark = 3.5 // half the side of the square that a point keeps free
	var taken []vg.Rectangle
	for _, l := range labels {
		taken = append(taken, vg.Rectangle{Min: vg.Point{X: l.at.X - mark, Y: l.at.Y - mark}, Max: vg.Point{X: l.at.X + mark, Y: l.at.Y + mark}})
	}
	const steps = 40
	var along []vg.Rectangle
	for i := 1; i < len(path); i++ {
		for k := range steps {
			f := vg.Length(k) / steps
			p := vg.Point{X: path[i-1].X + f*(path[i].X-path[i-1].X), Y: path[i-1].Y + f*(path[i].Y-path[i-1].Y)}
			along = append(along, vg.Rectangle{Min: vg.Point{X: p.X - 1, Y: p.Y - 1}, Max: vg.Point{X: p.X + 1, Y: p.Y + 1}})
		}
	}
	for _, l := range labels {
		if l.text == "" {
			continue
		}
		style := textStyle(smallSize, l.color)
		w, h := style.Width(l.text), style.Font.Size
		best, cost := vg.Rectangle{}, vg.Length(math.Inf(1))
		for _, radius := range []vg.Length{5, 11, 18} {
			for _, d := range []vg.Point{{X: 1, Y: 0}, {X: -1, Y: 0}, {X: 0.7, Y: 0.7}, {X: 0.7, Y: -0.7}, {X: -0.7, Y: 0.7}, {X: -0.7, Y: -0.7}, {X: 0, Y: 1}, {X: 0, Y: -1}} {
				// the name's box touches the circle around the point
				centre := vg.Point{X: l.at.X + d.X*(radius+w/2), Y: l.at.Y + d.Y*(radius+h/2)}
				if math.Abs(float64(d.X)) < 1 && d.X != 0 {
					centre.X = l.at.X + d.X*radius + vg.Length(math.Copysign(float64(w/2), float64(d.X)))
				}
				r := vg.Rectangle{Min: vg.Point{X: centre.X - w/2, Y: centre.Y - h/2}, Max: vg.Point{X: centre.X + w/2, Y: centre.Y + h/2}}
				hit := radius / 10 // nearer is better
				for _, t := range taken {
					hit += overlap(r, t)
				}
				for _, t := range along {
					hit += overlap(r, t) / 4
				}
				hit += 10 * (w*h - overlap(r, c.Rectangle))
				if hit < cost {
					best, cost = r, hit
				}
			}
		}
		taken = append(taken, best)
		write(c, style, vg.Point{X: best.Min.X, Y: (best.Min.Y + best.Max.Y) / 2}, 0, 0.5, l.text)
	}
}

// overlap is the area that two rectangles share.
func overlap(a, b vg.Rectangle) vg.Length {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h
}

// arrow draws a line from one mark to the next with a head at its end, both
// kept off the marks.
func arrow(c draw.Canvas, from, to vg.Point, ink color.Color) {
	const gap, head = 3.5, 4.5
	d := to.Sub(from)
	length := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	if length <= 2*gap+1 {
		return // the marks touch
	}
	u := vg.Point{X: d.X / length, Y: d.Y / length}
	along := func(p vg.Point, by vg.Length) vg.Point { return vg.Point{X: p.X + u.X*by, Y: p.Y + u.Y*by} }
	tip := along(to, -gap)
	size := min(head, length-2*gap)
	base := along(tip, -size)
	start := along(from, gap)
	c.StrokeLine2(lineStyle(ink, 1), start.X, start.Y, base.X, base.Y)
	side := vg.Point{X: -u.Y * size * 0.4, Y: u.X * size * 0.4}
	c.FillPolygon(ink, []vg.Point{tip, base.Add(side), base.Sub(side)})
}
