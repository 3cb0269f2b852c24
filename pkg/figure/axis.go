package figure

import (
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An axis is one side of a panel.
type axis struct {
	Min, Max float64
	Label    string
	Marker   plot.Ticker
	// Names says that the ticks are names of rows or columns: they have no
	// marks, the axis no line.
	Names bool
}

// norm returns where on the axis a value lies: 0 at Min, 1 at Max.
func (a axis) norm(x float64) float64 { return (x - a.Min) / (a.Max - a.Min) }

// A shown holds a panel's ticks and labels at one size of the frame.
type shown struct {
	x, y    []plot.Tick // a label that has no room is empty
	grid    []float64   // where pale lines cross the frame
	upright bool        // the horizontal axis's names stand upright
	labelX  string      // wrapped
	labelY  string
}

// Distances at an axis in points.
const (
	tickLength = 2.5
	tickPad    = 1.5
	labelPad   = 2
	scaleGap   = 6 // between frame and colour scale
	scaleWidth = 7
)

// A sparser is a marker that can place fewer ticks.
type sparser interface{ with(about int) plot.Ticker }

// fit chooses the ticks whose labels have room at a frame's size, and wraps
// the axis labels.
func (p *panel) fit(style Style, width, height vg.Length) {
	if p.square { // rows and columns are counted from -0.5
		if cell := min(width/vg.Length(p.X.Max-p.X.Min), height/vg.Length(p.Y.Max-p.Y.Min)); cell > 0 {
			width, height = cell*vg.Length(p.X.Max-p.X.Min), cell*vg.Length(p.Y.Max-p.Y.Min)
		}
	}
	t := style.tick()
	em := t.Font.Size
	long := func(label string) vg.Length { return longest(t, label) + 0.5*em }
	high := func(label string) vg.Length { return em * 1.15 * vg.Length(1+strings.Count(label, "\n")) }
	p.shown = shown{}
	p.shown.x = room(p.X, width, long)
	if p.X.Names && hidden(p.X, p.shown.x) {
		p.shown.x, p.shown.upright = room(p.X, width, func(string) vg.Length { return high("") }), true
	}
	p.shown.y = room(p.Y, height, high)
	if p.Y.Names {
		for i, t := range p.shown.y {
			p.shown.y[i].Label = wrap(style.tick(), t.Label, 0.3*style.Width)
		}
	}
	for _, t := range p.shown.y {
		if t.Label != "" {
			p.shown.grid = append(p.shown.grid, t.Value)
		}
	}
	if p.hideNumbers {
		for i := range p.shown.y {
			p.shown.y[i].Label = ""
		}
	}
	if !p.hideX {
		p.shown.labelX = wrap(style.label(), p.X.Label, width)
	}
	if !p.hideY {
		p.shown.labelY = wrap(style.label(), p.Y.Label, height)
	}
}

// longest returns the width of the longest line of a label.
func longest(s text.Style, label string) (w vg.Length) {
	for _, line := range strings.Split(label, "\n") {
		w = max(w, s.Width(line))
	}
	return w
}

// beside returns the room that a panel needs left and right of a frame.
func (p *panel) beside(style Style, frame, page vg.Length) (left, right vg.Length) {
	t := style.tick()
	for _, k := range p.shown.y {
		left = max(left, longest(t, k.Label))
	}
	if left > 0 {
		left += tickLength + tickPad
	}
	if p.shown.labelY != "" {
		left += height(style.label(), p.shown.labelY) + labelPad
	}
	for _, k := range p.shown.x {
		half, at := longest(t, k.Label)/2, vg.Length(p.X.norm(k.Value))*frame
		if p.shown.upright {
			half = height(t, k.Label) / 2
		}
		left, right = max(left, half-at), max(right, at+half-frame)
	}
	if p.scale != nil {
		right = max(right, scaleGap+scaleWidth+tickPad+p.scale.labelWidth(style))
	}
	return left, max(right, 2)
}

// below returns the room that a panel needs below a frame.
func (p *panel) below(style Style) vg.Length {
	h := vg.Length(0)
	for _, k := range p.shown.x {
		if p.shown.upright {
			h = max(h, longest(style.tick(), k.Label))
		} else {
			h = max(h, height(style.tick(), k.Label))
		}
	}
	if h > 0 {
		h += tickLength + tickPad
	}
	if p.shown.labelX != "" {
		h += height(style.label(), p.shown.labelX) + labelPad
	}
	return h
}

// above returns the room that a panel's note needs above a frame.
func (p *panel) above(style Style) vg.Length {
	if p.note == "" {
		return 0
	}
	return height(style.small(muted), p.note) + titlePad
}

// drawAxes draws lines, marks, numbers and labels outside a frame.
func (p *panel) drawAxes(c draw.Canvas, style Style) {
	line := lineStyle(muted, 0.5)
	t := style.tick()
	bottom, left := c.Min.Y, c.Min.X
	if !p.X.Names {
		c.StrokeLine2(line, c.Min.X, c.Min.Y, c.Max.X, c.Min.Y)
	}
	if !p.Y.Names {
		c.StrokeLine2(line, c.Min.X, c.Min.Y, c.Min.X, c.Max.Y)
	}
	for _, k := range p.shown.x {
		x := c.X(p.X.norm(k.Value))
		if !p.X.Names {
			c.StrokeLine2(line, x, c.Min.Y, x, c.Min.Y-markLength(k))
		}
		top := c.Min.Y - tickLength - tickPad
		if p.shown.upright {
			upright := t
			upright.Rotation = math.Pi / 2
			upright.XAlign, upright.YAlign = text.XRight, text.YCenter
			// YCenter lays the line's box, not its letters, on the middle
			c.FillText(upright, vg.Point{X: x - t.FontExtents().Descent, Y: top}, k.Label)
			bottom = min(bottom, top-longest(t, k.Label))
			continue
		}
		if k.Label != "" {
			write(c, t, vg.Point{X: x, Y: top}, 0.5, 1, k.Label)
			bottom = min(bottom, top-height(t, k.Label))
		}
	}
	for _, k := range p.shown.y {
		y := c.Y(p.Y.norm(k.Value))
		if !p.Y.Names {
			c.StrokeLine2(line, c.Min.X-markLength(k), y, c.Min.X, y)
		}
		if k.Label == "" {
			continue
		}
		write(c, t, vg.Point{X: c.Min.X - tickLength - tickPad, Y: y}, 1, 0.5, k.Label)
		left = min(left, c.Min.X-tickLength-tickPad-longest(t, k.Label))
	}
	middle := c.Center()
	l := style.label()
	write(c, l, vg.Point{X: middle.X, Y: bottom - labelPad}, 0.5, 1, p.shown.labelX)
	upright := l
	upright.Rotation, upright.XAlign = math.Pi/2, text.XCenter
	c.FillText(upright, vg.Point{X: left - labelPad - l.FontExtents().Descent, Y: middle.Y}, p.shown.labelY)
}

// markLength returns the length of a tick: shorter where it has no label.
func markLength(t plot.Tick) vg.Length {
	if t.IsMinor() {
		return tickLength / 2
	}
	return tickLength
}
