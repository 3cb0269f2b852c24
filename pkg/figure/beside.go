package figure

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
