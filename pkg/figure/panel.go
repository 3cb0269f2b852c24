package figure

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one plot of a figure with its title above the axes.
type panel struct {
	*plot.Plot
	title      string
	logX, logY bool
}

// newPanel gives a plot in the house's style. Ranges are set by the caller
// after the data.
func newPanel(title, x, y string) *panel {
	p := plot.New()
	p.TextHandler = outlines{}
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle = lineStyle(muted, 0.5)
		a.Padding = 0
		style := textStyle(labelSize, ink)
		style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
		a.Label.TextStyle = style
		a.Label.Padding = vg.Points(2)
		tick := textStyle(tickSize, ink)
		tick.XAlign, tick.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
		a.Tick.Label = tick
		a.Tick.LineStyle = lineStyle(muted, 0.5)
		a.Tick.Length = vg.Points(2.5)
		a.Tick.Marker = ticks{about: 5}
	}
	p.X.Label.Text, p.Y.Label.Text = x, y
	return &panel{Plot: p, title: title}
}

// rangeX and rangeY set what an axis shows. A logarithmic axis is a linear one
// over decimal logarithms, because gonum puts the label of any other askew.
func (p *panel) rangeX(low, high float64) {
	p.X.Min, p.X.Max = scaled(p.logX, low), scaled(p.logX, high)
}
func (p *panel) rangeY(low, high float64) {
	p.Y.Min, p.Y.Max = scaled(p.logY, low), scaled(p.logY, high)
}

func scaled(logarithmic bool, x float64) float64 {
	if logarithmic {
		return math.Log10(x)
	}
	return x
}

// paint adds a function that draws with the data's transforms.
func (p *panel) paint(f func(c draw.Canvas, x, y func(float64) vg.Length)) {
	p.Add(plotter(func(c draw.Canvas) {
		x := func(v float64) vg.Length { return c.X(p.X.Norm(scaled(p.logX, v))) }
		y := func(v float64) vg.Length { return c.Y(p.Y.Norm(scaled(p.logY, v))) }
		f(c, x, y)
	}))
}

// plotter is a function as gonum's plot.Plotter.
type plotter func(c draw.Canvas)

func (f plotter) Plot(c draw.Canvas, _ *plot.Plot) { f(c) }

// xys are points of data.
type xys []xy

type xy struct{ X, Y float64 }

// grid draws pale lines at the labelled ticks of the vertical axis.
func (p *panel) grid() {
	p.Add(plotter(func(c draw.Canvas) {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if at := c.Y(p.Y.Norm(t.Value)); t.Label != "" && c.ContainsY(at) {
				c.StrokeLine2(lineStyle(faint, 0.5), c.Min.X, at, c.Max.X, at)
			}
		}
	}))
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

// box fills a rectangle cut at the canvas.
func box(c draw.Canvas, fill color.Color, x0, y0, x1, y1 vg.Length) {
	x0, x1 = max(x0, c.Min.X), min(x1, c.Max.X)
	y0, y1 = max(y0, c.Min.Y), min(y1, c.Max.Y)
	if x0 < x1 && y0 < y1 {
		c.FillPolygon(fill, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
	}
}

// drawPanels lays panels out in rows with their axes in line, titles above.
// nil leaves a place empty.
func drawPanels(c draw.Canvas, rows [][]*panel) {
	const gap = 12
	title := vg.Length(0)
	plots := make([][]*plot.Plot, len(rows))
	for i, row := range rows {
		plots[i] = make([]*plot.Plot, len(row))
		for k, p := range row {
			if p == nil {
				continue
			}
			plots[i][k] = p.Plot
			if p.title != "" {
				title = vg.Points(labelSize*1.5 + 2)
			}
		}
	}
	tiles := draw.Tiles{Rows: len(rows), Cols: len(rows[0]), PadX: gap, PadY: gap*0.7 + title, PadTop: title, PadRight: 2}
	canvases := plot.Align(plots, tiles, c)
	for i, row := range rows {
		for k, p := range row {
			if p == nil {
				continue
			}
			p.Draw(canvases[i][k])
			if p.title != "" {
				data := p.DataCanvas(canvases[i][k])
				write(c, boldStyle(labelSize), vg.Point{X: data.Min.X, Y: data.Max.Y + 2}, 0, 0, p.title)
			}
		}
	}
}

// tile puts panels into rows of a given length.
func tile(panels []*panel, columns int) [][]*panel {
	for len(panels)%columns != 0 {
		panels = append(panels, nil)
	}
	return slices.Collect(slices.Chunk(panels, columns))
}
