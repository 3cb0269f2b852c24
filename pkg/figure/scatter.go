package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Point of Scatter has a name beside it, "" for none, and the colour and
// mark of its group.
type Point struct {
	X, Y        float64
	Name, Group string
}

// Scatter draws points with their names.
func Scatter(l Labels, points ...Point) (*Figure, error) {
	if len(points) == 0 {
		return nil, fmt.Errorf("figure %s: no points", l.Name)
	}
	for i, q := range points {
		if math.IsNaN(q.X+q.Y) || math.IsInf(q.X+q.Y, 0) {
			return nil, fmt.Errorf("figure %s: point %d (%q) is at (%v, %v)", l.Name, i, q.Name, q.X, q.Y)
		}
	}
	return single(l, 0.75, func(style Style, p *panel) ([]key, error) { return p.scatter(style, points), nil })
}

func (p *panel) scatter(style Style, points []Point) (keys []key) {
	var groups []string
	p.empty()
	for _, q := range points {
		if !slices.Contains(groups, q.Group) {
			groups = append(groups, q.Group)
		}
		p.include(q.X, q.Y)
	}
	scale(&p.X, false, 0.08)
	scale(&p.Y, false, 0.08)
	p.grid()
	for i, g := range groups {
		if g != "" {
			keys = append(keys, key{label: g, color: style.color(i), shape: shapes[i%len(shapes)]})
		}
	}
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		var labels []label
		for _, q := range points {
			i := slices.Index(groups, q.Group)
			at := vg.Point{X: x(q.X), Y: y(q.Y)}
			c.DrawGlyph(draw.GlyphStyle{Color: style.color(i), Radius: 2.2, Shape: shapes[i%len(shapes)]}, at)
			labels = append(labels, label{at: at, text: q.Name, color: style.color(i)})
		}
		drawLabels(c, style, labels, nil)
	})
	return keys
}
