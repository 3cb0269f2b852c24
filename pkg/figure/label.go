package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A label is the name of a point, "" for one that is kept free and not named.
type label struct {
	at    vg.Point
	text  string
	color color.Color
}

// The square that a point keeps free has twice this side in points.
const markSide = 3.5

// drawLabels writes each name beside its point, where it hits neither a point
// nor another name nor the frame nor, if it can be, the path through the
// points. A name that stands off its point, or nearer to another one, gets a
// line to its own.
func drawLabels(c draw.Canvas, own Style, labels []label, path []vg.Point) {
	var points, names, along []vg.Rectangle
	for _, l := range labels {
		points = append(points, square(l.at, markSide))
	}
	const steps = 40
	for i := 1; i < len(path); i++ {
		for k := range steps {
			along = append(along, square(between(path[i-1], path[i], float64(k)/steps), 1))
		}
	}
	for i, l := range labels {
		if l.text == "" {
			continue
		}
		style := own.small(l.color)
		w, h := style.Width(l.text), style.Font.Size
		best, cost := vg.Rectangle{}, vg.Length(math.Inf(1))
		for _, radius := range []vg.Length{5, 8, 12, 18, 26, 36} {
			for k := range 16 {
				sin, cos := math.Sincos(float64(k) * math.Pi / 8)
				// the name's box touches the circle around the point
				centre := vg.Point{X: l.at.X + vg.Length(cos)*(radius+w/2), Y: l.at.Y + vg.Length(sin)*(radius+h/2)}
				if k%8 != 0 && k%4 != 0 {
					centre.X = l.at.X + vg.Length(cos)*radius + vg.Length(math.Copysign(float64(w/2), cos))
				}
				r := vg.Rectangle{Min: vg.Point{X: centre.X - w/2, Y: centre.Y - h/2}, Max: vg.Point{X: centre.X + w/2, Y: centre.Y + h/2}}
				hit := radius / 2 // nearer is better
				for _, t := range names {
					hit += 20 * overlap(r, t)
				}
				for n, t := range points {
					hit += 2 * overlap(r, t)
					if n != i && distance(r, labels[n].at) < distance(r, l.at) {
						hit += 4 // nearer to another point
					}
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
		names = append(names, best)
		off := distance(best, l.at)
		for n := range labels {
			if off > 7 || n != i && distance(best, labels[n].at) < off+4 {
				to := nearest(best, l.at)
				c.StrokeLine2(lineStyle(l.color, 0.4), between(l.at, to, 0.3).X, between(l.at, to, 0.3).Y, to.X, to.Y)
				break
			}
		}
		write(c, style, vg.Point{X: best.Min.X, Y: (best.Min.Y + best.Max.Y) / 2}, 0, 0.5, l.text)
	}
}

func square(at vg.Point, half vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - half, Y: at.Y - half}, Max: vg.Point{X: at.X + half, Y: at.Y + half}}
}

func between(a, b vg.Point, share float64) vg.Point {
	return vg.Point{X: a.X + vg.Length(share)*(b.X-a.X), Y: a.Y + vg.Length(share)*(b.Y-a.Y)}
}

// nearest returns the point of a rectangle that is nearest to another point.
func nearest(r vg.Rectangle, to vg.Point) vg.Point {
	return vg.Point{X: min(max(to.X, r.Min.X), r.Max.X), Y: min(max(to.Y, r.Min.Y), r.Max.Y)}
}

func distance(r vg.Rectangle, to vg.Point) vg.Length {
	p := nearest(r, to)
	return vg.Length(math.Hypot(float64(p.X-to.X), float64(p.Y-to.Y)))
}

// overlap returns the area that two rectangles share.
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
