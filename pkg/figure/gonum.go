package figure

import (
	"errors"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// NewPlot returns a plot of gonum with the house's fonts, in which Japanese is
// drawn, for plots that this package has no function for. Series returns colours.
//
//	p := figure.NewPlot(figure.Labels{Title: "埋め込み", X: "Length", Y: "Cosine"})
//	p.Add(points)
//	fig := figure.FromPlot("cosines", p)
//
// NewPlot also sets gonum's package variables plot.DefaultTextHandler and
// plot.DefaultFont, from which plotters such as plotter.Labels take theirs.
func NewPlot(l Labels) *plot.Plot {
	var s Style
	plot.DefaultTextHandler, plot.DefaultFont = outlines{}, s.label().Font
	p := plot.New()
	p.TextHandler = outlines{}
	set := func(to *text.Style, like text.Style) {
		to.Font, to.Color, to.Handler = like.Font, like.Color, like.Handler
	}
	set(&p.Title.TextStyle, s.title())
	p.Title.Text, p.Title.Padding = l.Title, titlePad
	set(&p.Legend.TextStyle, s.tick())
	for a, label := range map[*plot.Axis]string{&p.X: l.X, &p.Y: l.Y} {
		a.LineStyle, a.Tick.LineStyle = lineStyle(muted, 0.5), lineStyle(muted, 0.5)
		a.Tick.Length, a.Tick.Marker = tickLength, ticks{about: 5}
		set(&a.Label.TextStyle, s.label())
		set(&a.Tick.Label, s.tick())
		a.Label.Text, a.Label.Padding = label, labelPad
	}
	if l.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{}
	}
	if l.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{}
	}
	return p
}

// FromPlot returns a plot of gonum as a figure, to be shown and saved like the
// others. Its style can change the size alone.
func FromPlot(name string, p *plot.Plot) *Figure {
	return fromPlot(name, p, 4.6*vg.Inch, 2.8*vg.Inch)
}

func fromPlot(name string, p *plot.Plot, width, height vg.Length) *Figure {
	return &Figure{
		Name: name, Alt: p.Title.Text, Width: width, Height: height,
		draw: func(c draw.Canvas) { p.Draw(draw.Crop(c, border, -border, border, -border)) },
		restyle: func(s Style) (*Figure, error) {
			if s.FontSize != 0 || len(s.Colors)+len(s.Words)+len(s.Panels) > 0 {
				return nil, errors.New(name + ": fonts, colours and words of a plot of gonum are set on the plot")
			}
			if err := s.Validate(); err != nil {
				return nil, err
			}
			w, h := width, height
			if s.Width != 0 {
				w, h = s.Width, height*s.Width/width
			}
			if s.Height != 0 {
				h = s.Height
			}
			return fromPlot(name, p, w, h), nil
		},
	}
}
