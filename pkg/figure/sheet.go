package figure

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A sheet holds a figure's contents: a legend above panels in rows.
type sheet struct {
	alt    string
	keys   []key
	panels []*panel
	// columns is the number of panels in a row, where the width allows it.
	columns int
	// aspect is the height of a panel's frame over its width; lines, where it
	// is not 0, is the height in lines of text instead.
	aspect, lines float64
	// once says that all panels have the same axis labels, which then stand
	// once a row and a column; shared, that they have the same vertical axis,
	// whose numbers then stand once a row.
	once, shared bool
	width        vg.Length // the figure's own width, where it differs
	// foot is a line below the panels.
	foot string
}

// Distances on a sheet in points.
const (
	border   = 4 // around the sheet
	gap      = 9 // between panels
	titlePad = 2
)

// The least sides of a panel's frame in font sizes: below comfortable a row
// takes fewer panels, below least nothing can be read.
const (
	comfortable = 8.5
	least       = 3
)

// restyle applies a style's words and choice of panels.
func (s *sheet) restyle(style Style) error {
	known := map[string]bool{}
	use := func(w *string) {
		if *w != "" {
			known[*w] = true
			*w = style.word(*w)
		}
	}
	var titles, chosen []string
	var panels []*panel
	for _, p := range s.panels {
		titles = append(titles, p.title)
		if len(style.Panels) == 0 || slices.Contains(style.Panels, p.title) {
			panels, chosen = append(panels, p), append(chosen, p.title)
		}
	}
	if name, ok := unknown(style.Panels, chosen); ok {
		return fmt.Errorf("no panel %q: the panels are %q", name, titles)
	}
	s.panels = panels
	for _, p := range s.panels {
		use(&p.title)
		use(&p.X.Label)
		use(&p.Y.Label)
	}
	var keys []key
	for _, k := range s.keys {
		if k.panel != "" && !slices.Contains(chosen, k.panel) {
			continue
		}
		if use(&k.label); k.label != "" {
			keys = append(keys, k)
		}
	}
	s.keys = keys
	if name, ok := unknown(slices.Sorted(maps.Keys(style.Words)), slices.Collect(maps.Keys(known))); ok {
		return fmt.Errorf("no words %q: the words are %q", name, slices.Sorted(maps.Keys(known)))
	}
	return nil
}

// A layout is a sheet with its places on a page of a given size.
type layout struct {
	sheet         *sheet
	style         Style
	width, height vg.Length
	legend        [][]key
	frames        []vg.Rectangle // of each panel's data
	titles        []string       // wrapped
}

// lay places the panels on a page as wide as the style says. Frames of one
// sheet are equally wide and equally high.
func (s *sheet) lay(style Style) (*layout, error) {
	l := &layout{sheet: s, style: style, width: style.Width}
	inside := style.Width - 2*border
	l.legend = keyRows(style, s.keys, inside)
	columns := min(s.columns, len(s.panels))
	var frameWidth vg.Length
	var left []vg.Length
	for ; ; columns-- {
		frameWidth, left = s.across(style, inside, columns)
		if frameWidth >= comfortable*style.size() || columns == 1 {
			break
		}
	}
	if need := least * style.size(); frameWidth < need {
		return nil, fmt.Errorf("width %.4g in leaves no room beside the labels: make it %.1f in or more", style.Width/vg.Inch, math.Ceil(10.5*float64((style.Width+need-frameWidth)/vg.Inch))/10)
	}
	rows := (len(s.panels) + columns - 1) / columns
	frameHeight := frameWidth * vg.Length(s.aspect)
	if s.lines > 0 {
		frameHeight = style.size() * vg.Length(s.lines)
	}
	// Labels on the vertical axis wrap at the frame's height, which the other
	// labels leave over: two passes settle both.
	var tops, bottoms []vg.Length
	for range 2 {
		tops, bottoms = make([]vg.Length, rows), make([]vg.Length, rows)
		l.titles = nil
		for i, p := range s.panels {
			p.fit(style, frameWidth, frameHeight)
			room := frameWidth
			if p.note != "" {
				room -= style.small(muted).Width(p.note) + 3
			}
			title := wrap(style.title(), p.title, room)
			l.titles = append(l.titles, title)
			r := i / columns
			tops[r] = max(tops[r], height(style.title(), title)+titlePad, p.above(style))
			bottoms[r] = max(bottoms[r], p.below(style))
		}
		rest := legendHeight(style, l.legend) + 2*border + vg.Length(rows-1)*gap
		for r := range rows {
			rest += tops[r] + bottoms[r]
		}
		if style.Height > 0 {
			frameHeight = (style.Height - rest) / vg.Length(rows)
			if need := least * style.size(); frameHeight < need {
				return nil, fmt.Errorf("height %.4g in leaves no room beside the labels: make it %.1f in or more", style.Height/vg.Inch, math.Ceil(10.5*float64((rest+need*vg.Length(rows))/vg.Inch))/10)
			}
		}
		l.height = rest + frameHeight*vg.Length(rows)
		frameWidth, left = s.across(style, inside, columns)
	}
	y := l.height - border - legendHeight(style, l.legend)
	for i := range s.panels {
		k := i % columns
		if k == 0 {
			y -= tops[i/columns]
			if i > 0 {
				y -= gap + bottoms[i/columns-1] + frameHeight
			}
		}
		x := border + left[k]
		l.frames = append(l.frames, vg.Rectangle{Min: vg.Point{X: x, Y: y - frameHeight}, Max: vg.Point{X: x + frameWidth, Y: y}})
	}
	return l, nil
}

// across returns the width of the frames in rows of so many panels, and the
// left edge of each column.
func (s *sheet) across(style Style, width vg.Length, columns int) (frame vg.Length, left []vg.Length) {
	before, after := make([]vg.Length, columns), make([]vg.Length, columns)
	guess := max(width/vg.Length(columns)*0.75, 1)
	for range 3 { // how far the last tick's label sticks out depends on the width itself
		clear(before)
		clear(after)
		for i, p := range s.panels {
			k := i % columns
			p.hideNumbers = s.shared && k > 0
			p.hideX, p.hideY = s.once && i+columns < len(s.panels), s.once && k > 0
			p.fit(style, guess, guess*vg.Length(max(s.aspect, 0.3)))
			l, r := p.beside(style, guess, width)
			before[k], after[k] = max(before[k], l), max(after[k], r)
		}
		frame = width - gap*vg.Length(columns-1)
		for k := range columns {
			frame -= before[k] + after[k]
		}
		frame /= vg.Length(columns)
		guess = max(frame, 1)
	}
	x := vg.Length(0)
	for k := range columns {
		left = append(left, x+before[k])
		x += before[k] + frame + after[k] + gap
	}
	return frame, left
}

// draw draws the sheet in its places.
func (l *layout) draw(c draw.Canvas) {
	drawKeys(c, l.style, l.legend)
	for i, p := range l.sheet.panels {
		frame := l.frames[i]
		frame.Min, frame.Max = frame.Min.Add(c.Min), frame.Max.Add(c.Min)
		p.fit(l.style, frame.Max.X-frame.Min.X, frame.Max.Y-frame.Min.Y)
		p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: frame}, l.style)
		if l.titles[i] != "" {
			write(c, l.style.title(), vg.Point{X: frame.Min.X, Y: frame.Max.Y + titlePad}, 0, 0, strings.TrimSpace(l.titles[i]))
		}
	}
}
