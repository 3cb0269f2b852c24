package figure

import (
	"cmp"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// A Line is one series of Lines. Y may hold NaN, where the line is broken.
type Line struct {
	Name string
	X, Y []float64
	// Dashed and Marks change how it is drawn.
	Dashed, Marks bool
}

// Labels holds a plot's words.
type Labels struct {
	Name, Title, X, Y string
	LogX, LogY        bool
	MaxX              float64 // the end of the axis of Bars, so that two can be compared; 0: beyond the longest bar
}

// Lines draws lines, for what the paper has no figure of.
func Lines(l Labels, lines ...Line) (*Figure, error) {
	return single(l, 0.55, func(style Style, p *panel) ([]key, error) { return p.lines(style, l, lines) })
}

func (p *panel) lines(style Style, l Labels, lines []Line) ([]key, error) {
	p.empty()
	var keys []key
	var add []func()
	for i, s := range lines {
		if len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("figure %s: line %q has %d x and %d y", l.Name, s.Name, len(s.X), len(s.Y))
		}
		c := style.color(i)
		stroke := lineStyle(c, 1.2)
		if s.Dashed {
			stroke.Dashes = dashes
		}
		entry := key{label: s.Name, color: c, line: &stroke}
		if s.Marks {
			entry.shape = shapes[i%len(shapes)]
		}
		if s.Name != "" {
			keys = append(keys, entry)
		}
		var run xys
		flush := func(points xys) {
			add = append(add, func() {
				p.line(points, stroke)
				if s.Marks {
					p.marks(points, shapes[i%len(shapes)], c, 1.8)
				}
			})
		}
		for k, x := range s.X {
			y := s.Y[k]
			if math.IsNaN(x) || math.IsNaN(y) || l.LogX && x <= 0 || l.LogY && y <= 0 {
				flush(run)
				run = nil
				continue
			}
			run = append(run, xy{X: x, Y: y})
			p.include(x, y)
		}
		flush(run)
	}
	if math.IsInf(p.X.Min, 0) {
		return nil, fmt.Errorf("figure %s: no points", l.Name)
	}
	p.logX, p.logY = l.LogX, l.LogY
	scale(&p.X, l.LogX, 0.02)
	scale(&p.Y, l.LogY, 0.04)
	p.grid()
	for _, f := range add {
		f()
	}
	return keys, nil
}

// scale widens an axis's range by a margin and marks it.
func scale(a *axis, logarithmic bool, margin float64) {
	if logarithmic {
		a.Min, a.Max = span(math.Log10(a.Min), math.Log10(a.Max), margin)
		a.Marker = logTicks{}
		return
	}
	a.Min, a.Max = span(a.Min, a.Max, margin)
	a.Marker = ticks{about: 5}
}

// single returns the figure of one panel, which plot fills.
func single(l Labels, aspect float64, plot func(Style, *panel) ([]key, error), change ...func(*sheet)) (*Figure, error) {
	return newFigure(l.Name, 4.6*vg.Inch, func(style Style) (*sheet, error) {
		p := style.panel(l.Title, l.X, l.Y)
		keys, err := plot(style, p)
		if err != nil {
			return nil, err
		}
		s := &sheet{alt: cmp.Or(l.Title, l.X), keys: keys, panels: []*panel{p}, columns: 1, aspect: aspect}
		for _, f := range change {
			f(s)
		}
		return s, nil
	})
}
