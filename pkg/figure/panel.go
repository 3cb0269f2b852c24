package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A panel is one plot of a sheet: a frame with axes, and the painters of its inside.
type panel struct {
	style      Style
	title      string
	X, Y       axis
	logX, logY bool
	painters   []func(c draw.Canvas, x, y func(float64) vg.Length)
	// note stands above the frame, at its right end.
	note string
	// square makes the cells of a matrix square.
	square bool
	scale  *colorScale

	// Set while the panel is laid out.
	hideNumbers, hideX, hideY bool
	shown                     shown
}

// panel returns an empty panel. Its ranges are set after the data.
func (s Style) panel(title, x, y string) *panel {
	p := &panel{style: s, title: title}
	p.X.Label, p.Y.Label = x, y
	p.X.Marker, p.Y.Marker = ticks{about: 5}, ticks{about: 5}
	return p
}

// rangeX and rangeY set what an axis shows. A logarithmic axis is linear over
// decimal logarithms.
func (p *panel) rangeX(low, high float64) {
	p.X.Min, p.X.Max = scaled(p.logX, low), scaled(p.logX, high)
}
func (p *panel) rangeY(low, high float64) {
	p.Y.Min, p.Y.Max = scaled(p.logY, low), scaled(p.logY, high)
}

// empty makes the ranges empty, include widens them to a point.
func (p *panel) empty() {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
}

func (p *panel) include(x, y float64) {
	p.X.Min, p.X.Max = math.Min(p.X.Min, x), math.Max(p.X.Max, x)
	p.Y.Min, p.Y.Max = math.Min(p.Y.Min, y), math.Max(p.Y.Max, y)
}

func scaled(logarithmic bool, x float64) float64 {
	if logarithmic {
		return math.Log10(x)
	}
	return x
}

// paint adds a function that draws with the data's transforms.
func (p *panel) paint(f func(c draw.Canvas, x, y func(float64) vg.Length)) {
	p.painters = append(p.painters, f)
}

// draw draws axes and data into a frame.
func (p *panel) draw(c draw.Canvas, style Style) {
	p.drawAxes(c, style)
	x := func(v float64) vg.Length { return c.X(p.X.norm(scaled(p.logX, v))) }
	y := func(v float64) vg.Length { return c.Y(p.Y.norm(scaled(p.logY, v))) }
	for _, f := range p.painters {
		f(c, x, y)
	}
	if p.scale != nil {
		p.scale.draw(c, style)
	}
	if p.note != "" {
		write(c, style.small(muted), vg.Point{X: c.Max.X, Y: c.Max.Y + titlePad}, 1, 0, p.note)
	}
}

// xys holds points of data.
type xys []xy

type xy struct{ X, Y float64 }

// grid draws pale lines at the labelled ticks of the vertical axis.
func (p *panel) grid() {
	p.paint(func(c draw.Canvas, _, _ func(float64) vg.Length) {
		for _, v := range p.shown.grid {
			if at := c.Y(p.Y.norm(v)); c.ContainsY(at) {
				c.StrokeLine2(lineStyle(faint, 0.5), c.Min.X, at, c.Max.X, at)
			}
		}
	})
}

// line draws a line through the points, cut at the frame.
func (p *panel) line(points xys, style draw.LineStyle) {
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		path := make([]vg.Point, len(points))
		for i, q := range points {
			path[i] = vg.Point{X: x(q.X), Y: y(q.Y)}
		}
		c.StrokeLines(style, c.ClipLinesXY(path)...)
	})
}

// marks draws a mark at every point inside the frame.
func (p *panel) marks(points xys, shape draw.GlyphDrawer, c color.Color, radius float64) {
	style := draw.GlyphStyle{Color: c, Radius: vg.Points(radius), Shape: shape}
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		for _, q := range points {
			if at := (vg.Point{X: x(q.X), Y: y(q.Y)}); c.Contains(at) {
				c.DrawGlyph(style, at)
			}
		}
	})
}

// curve draws a line with marks; a radius of 0 leaves the marks out.
func (p *panel) curve(points xys, style draw.LineStyle, shape draw.GlyphDrawer, radius float64) {
	p.line(points, style)
	if radius > 0 {
		p.marks(points, shape, style.Color, radius)
	}
}

// level draws a dashed horizontal line across the frame.
func (p *panel) level(value float64, c color.Color) {
	p.paint(func(dc draw.Canvas, _, y func(float64) vg.Length) {
		if at := y(value); dc.ContainsY(at) {
			dc.StrokeLine2(lineStyle(c, 0.8, dashes...), dc.Min.X, at, dc.Max.X, at)
		}
	})
}

// band fills the frame between two values of x.
func (p *panel) band(from, to float64, fill color.Color) {
	p.paint(func(c draw.Canvas, x, _ func(float64) vg.Length) {
		box(c, fill, x(from), c.Min.Y, x(to), c.Max.Y)
	})
}

// box fills a rectangle cut at the canvas; its corners come in any order.
func box(c draw.Canvas, fill color.Color, x0, y0, x1, y1 vg.Length) {
	x0, x1 = max(min(x0, x1), c.Min.X), min(max(x0, x1), c.Max.X)
	y0, y1 = max(min(y0, y1), c.Min.Y), min(max(y0, y1), c.Max.Y)
	if x0 < x1 && y0 < y1 {
		c.FillPolygon(fill, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
	}
}
