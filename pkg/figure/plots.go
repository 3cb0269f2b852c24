package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
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

// A Sample is a named set of values of Histograms.
type Sample struct {
	Name   string
	Values []float64
}

// Histogram draws how values are distributed, in equal bins over their range.
func Histogram(l Labels, values []float64, bins int) (*Figure, error) {
	return Histograms(l, bins, Sample{Values: values})
}

// Histograms draws how the values of samples are distributed, one before the
// other, in equal bins over the range of all samples.
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
	return single(l, 0.55, func(style Style, p *panel) ([]key, error) { return p.histograms(style, bins, all, samples), nil })
}

func (p *panel) histograms(style Style, bins int, all []float64, samples []Sample) []key {
	low, high := limits(all)
	p.X.Min, p.X.Max = low, high
	p.X.Marker = ticks{about: 6, format: short}
	p.Y.Min = 0
	var keys []key
	var draws []func()
	for i, s := range samples {
		heights, edges := histogramOver(s.Values, low, high, bins)
		p.Y.Max = math.Max(p.Y.Max, 1.05*maximum(heights))
		c, alpha := style.color(i), 1.0
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
	return keys
}

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

// Matrix draws a matrix as square cells with a colour scale, row 0 on top,
// pale for the least and dark for the greatest value; NaN stays white. Cells
// with room show their number. rows and columns name the matrix's lines and may
// be nil.
func Matrix(l Labels, values [][]float64, rows, columns []string) (*Figure, error) {
	if len(values) == 0 || len(values[0]) == 0 {
		return nil, fmt.Errorf("figure %s: an empty matrix", l.Name)
	}
	if rows != nil && len(rows) != len(values) || columns != nil && len(columns) != len(values[0]) {
		return nil, fmt.Errorf("figure %s: %d names of %d rows, %d of %d columns", l.Name, len(rows), len(values), len(columns), len(values[0]))
	}
	for i, row := range values {
		if len(row) != len(values[0]) {
			return nil, fmt.Errorf("figure %s: row %d has %d values, row 0 has %d", l.Name, i, len(row), len(values[0]))
		}
	}
	f, err := single(l, float64(len(values))/float64(len(values[0])), func(_ Style, p *panel) ([]key, error) {
		p.cells(flip(values), flip(filled(rows, len(values))), filled(columns, len(values[0])), "%.2f", false)
		p.square = true
		return nil, nil
	}, func(s *sheet) { s.width = 4 * vg.Inch })
	return f, err
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

// Beside joins figures in one row, each with its own axes. In another width
// each keeps its share of it; a height, words and panels are for single
// figures.
func Beside(name string, figures ...*Figure) (*Figure, error) {
	if len(figures) == 0 {
		return nil, fmt.Errorf("figure %s: nothing to put side by side", name)
	}
	whole := &Figure{Name: name}
	for _, f := range figures {
		whole.Width += f.Width
		whole.Height = max(whole.Height, f.Height)
		whole.Alt = strings.TrimSpace(whole.Alt + " " + f.Alt)
	}
	whole.draw = func(c draw.Canvas) {
		left := c.Min.X
		for _, f := range figures {
			f.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: left, Y: c.Max.Y - f.Height}, Max: vg.Point{X: left + f.Width, Y: c.Max.Y}}})
			left += f.Width
		}
	}
	whole.restyle = func(style Style) (*Figure, error) {
		if style.Height != 0 || len(style.Words)+len(style.Panels) > 0 {
			return nil, fmt.Errorf("%s: height, words and panels are set on the figures that it joins", name)
		}
		parts := make([]*Figure, len(figures))
		for i, f := range figures {
			own := style
			own.Width = style.Width * f.Width / whole.Width
			var err error
			if parts[i], err = f.With(own); err != nil {
				return nil, err
			}
		}
		return Beside(name, parts...)
	}
	return whole, nil
}
