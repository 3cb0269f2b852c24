package figure

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is one series of Lines. Y may hold NaN, where the line is broken.
type Line struct {
	Name string
	X, Y []float64
	// Dashed and Marks change how it is drawn.
	Dashed, Marks bool
}

// Labels are a plot's words.
type Labels struct {
	Name, Title, X, Y string
	LogX, LogY        bool
	MaxX              float64 // where the axis of Bars ends, so that two can be compared; 0 is beyond the longest bar
}

// Lines is a line plot in the house's style, for what the paper has no figure
// of.
func Lines(l Labels, lines ...Line) (*Figure, error) {
	p := newPanel(l.Title, l.X, l.Y)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	var keys []key
	var add []func()
	for i, s := range lines {
		if len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("figure %s: line %q has %d x and %d y", l.Name, s.Name, len(s.X), len(s.Y))
		}
		style, c := lineStyle(seriesColor(i), 1.2), seriesColor(i)
		if s.Dashed {
			style.Dashes = dashes
		}
		entry := key{label: s.Name, color: c, line: &style}
		if s.Marks {
			entry.shape = shapes[i%len(shapes)]
		}
		if s.Name != "" {
			keys = append(keys, entry)
		}
		var run xys
		flush := func(points xys) {
			add = append(add, func() {
				p.line(points, style)
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
			p.X.Min, p.X.Max = math.Min(p.X.Min, x), math.Max(p.X.Max, x)
			p.Y.Min, p.Y.Max = math.Min(p.Y.Min, y), math.Max(p.Y.Max, y)
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
	return single(l, p, keys), nil
}

func scale(a *plot.Axis, logarithmic bool, margin float64) {
	if logarithmic {
		a.Min, a.Max = span(math.Log10(a.Min), math.Log10(a.Max), margin)
		a.Tick.Marker = logTicks{}
		return
	}
	a.Min, a.Max = span(a.Min, a.Max, margin)
	a.Tick.Marker = ticks{about: 5}
}

// Sample is a named set of values of Histograms.
type Sample struct {
	Name   string
	Values []float64
}

// Histogram shows how values are distributed, in equal bins over their range.
func Histogram(l Labels, values []float64, bins int) (*Figure, error) {
	return Histograms(l, bins, Sample{Values: values})
}

// Histograms shows how the values of samples are distributed, one before the
// other, in equal bins over the range of all of them.
func Histograms(l Labels, bins int, samples ...Sample) (*Figure, error) {
	var all []float64
	for _, s := range samples {
		if len(s.Values) == 0 {
			return nil, fmt.Errorf("figure %s: no values of %q", l.Name, s.Name)
		}
		all = append(all, s.Values...)
	}
	if len(all) == 0 || bins < 1 {
		return nil, fmt.Errorf("figure %s: %d values in %d bins", l.Name, len(all), bins)
	}
	p := newPanel(l.Title, l.X, l.Y)
	low, high := limits(all)
	p.X.Min, p.X.Max = low, high
	p.X.Tick.Marker = ticks{about: 6, format: short}
	p.Y.Min = 0
	var keys []key
	var draws []func()
	for i, s := range samples {
		heights, edges := histogramOver(s.Values, low, high, bins)
		p.Y.Max = math.Max(p.Y.Max, 1.05*maximum(heights))
		c, alpha := seriesColor(i), 1.0
		if len(samples) > 1 {
			alpha = 0.6
		}
		if s.Name != "" {
			keys = append(keys, key{label: s.Name, color: fade(c, alpha), fill: true})
		}
		draws = append(draws, func() { p.bars(heights, edges, c, alpha) })
	}
	p.grid()
	for _, f := range draws {
		f()
	}
	return single(l, p, keys), nil
}

// Bars shows one value a name, in the given order, from the top down.
func Bars(l Labels, names []string, values []float64) (*Figure, error) {
	if len(names) == 0 || len(names) != len(values) {
		return nil, fmt.Errorf("figure %s: %d names and %d values", l.Name, len(names), len(values))
	}
	p := newPanel(l.Title, l.X, l.Y)
	high := maximum(values)
	p.X.Min, p.X.Max = 0, cmp.Or(l.MaxX, math.Max(high*1.12, 1e-12))
	p.Y.Min, p.Y.Max = -0.6, float64(len(names))-0.4
	p.X.Tick.Marker = ticks{about: 5, format: short}
	p.Y.Tick.Length = 0
	n := len(names)
	a := at{format: func(y float64) string { return names[n-1-int(y)] }}
	for i := range names {
		a.values = append(a.values, float64(i))
	}
	p.Y.Tick.Marker = a
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		for i, v := range values {
			centre := float64(n - 1 - i)
			box(c, Blue, x(0), y(centre-0.35), x(v), y(centre+0.35))
			write(c, textStyle(smallSize, ink), vg.Point{X: x(math.Max(v, 0)) + 2, Y: y(centre)}, 0, 0.5, short(v))
		}
	})
	f := single(l, p, nil)
	f.Height = vg.Length(len(names))*13 + 45
	return f, nil
}

// Matrix shows a matrix as a picture, row 0 on top, white for the least and
// dark for the greatest value; NaN stays white. rows and columns name its
// lines and may be nil.
func Matrix(l Labels, values [][]float64, rows, columns []string) (*Figure, error) {
	if len(values) == 0 || len(values[0]) == 0 {
		return nil, fmt.Errorf("figure %s: an empty matrix", l.Name)
	}
	if rows != nil && len(rows) != len(values) || columns != nil && len(columns) != len(values[0]) {
		return nil, fmt.Errorf("figure %s: %d names of %d rows, %d of %d columns", l.Name, len(rows), len(values), len(columns), len(values[0]))
	}
	for i, row := range values {
		if len(row) != len(values[0]) {
			return nil, errors.New("figure " + l.Name + ": rows of different lengths, row " + fmt.Sprint(i))
		}
	}
	p := newPanel(l.Title, l.X, l.Y)
	p.cells(flip(values), flip(filled(rows, len(values))), filled(columns, len(values[0])), "")
	f := single(l, p, nil)
	f.Width, f.Height = 4*vg.Inch, 3.8*vg.Inch
	return f, nil
}

func flip[T any](xs []T) []T {
	out := make([]T, len(xs))
	for i, x := range xs {
		out[len(xs)-1-i] = x
	}
	return out
}

// filled numbers rows or columns that have no names, every so many.
func filled(names []string, n int) []string {
	if names != nil {
		return names
	}
	step := int(math.Max(1, niceStep(float64(n)/6)))
	out := make([]string, n)
	for i := 0; i < n; i += step {
		out[i] = fmt.Sprint(i)
	}
	return out
}

func single(l Labels, p *panel, keys []key) *Figure {
	return &Figure{
		Name: l.Name, Alt: cmp.Or(l.Title, l.X), Width: 4.6 * vg.Inch, Height: 2.8 * vg.Inch,
		draw: func(c draw.Canvas) { drawPanels(drawKeys(inner(c), keys, 0), [][]*panel{{p}}) },
	}
}

// Beside joins figures in one row, each with its own axes.
func Beside(name string, figures ...*Figure) (*Figure, error) {
	if len(figures) == 0 {
		return nil, fmt.Errorf("figure %s: nothing to put side by side", name)
	}
	whole := &Figure{Name: name}
	for _, f := range figures {
		whole.Width += f.Width
		whole.Height = max(whole.Height, f.Height)
		if whole.Alt != "" {
			whole.Alt += " "
		}
		whole.Alt += f.Alt
	}
	whole.draw = func(c draw.Canvas) {
		left := c.Min.X
		for _, f := range figures {
			f.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: left, Y: c.Max.Y - f.Height}, Max: vg.Point{X: left + f.Width, Y: c.Max.Y}}})
			left += f.Width
		}
	}
	return whole, nil
}
