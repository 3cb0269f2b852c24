package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/result"
)

// Claims draws the effect of each claim, a panel a claim with its own axis: a
// mark a run, and below the runs their mean with its 95 % interval. On the grey
// side of the dashed line effects support the claim. A claim without an effect in
// any run is left out.
func Claims(c *result.Claims) (*Figure, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	return newFigure("claims", DoubleColumn, func(style Style) (*sheet, error) {
		var panels []*panel
		alt := "Effects that the paper's statements are held against."
		for _, one := range c.Claims {
			if one.Mean == nil {
				continue
			}
			p, err := style.claim(one, c.Seeds)
			if err != nil {
				return nil, err
			}
			panels = append(panels, p)
			alt += fmt.Sprintf(" %s: %s, %s.", one.Text, interval(one), one.Verdict)
		}
		if len(panels) == 0 {
			return nil, NothingToDraw{"claims", "no run has an effect of these statements"}
		}
		dashed := lineStyle(muted, 0.8, dashes...)
		keys := []key{
			{label: "a run", color: style.color(0), shape: draw.CircleGlyph{}},
			{label: "threshold", line: &dashed},
			{label: "supports the statement", color: faint, fill: true},
		}
		if len(c.Seeds) > 1 {
			solid := lineStyle(ink, 1.2)
			keys = append(keys, key{label: "mean and 95 % interval over runs", color: ink, line: &solid, shape: draw.BoxGlyph{}})
		}
		return &sheet{alt: alt, keys: keys, panels: panels, columns: 2, lines: 1.5 * float64(len(c.Seeds)+1)}, nil
	})
}

// claim returns the panel of one claim.
func (s Style) claim(one result.Claim, seeds []uint64) (*panel, error) {
	below, threshold, err := one.Supported()
	if err != nil {
		return nil, err
	}
	p := s.panel(one.Text, one.Measure, "")
	var rows []string
	var runs xys
	low, high := threshold, threshold
	widen := func(xs ...float64) {
		for _, x := range xs {
			low, high = math.Min(low, x), math.Max(high, x)
		}
	}
	last := float64(len(seeds)) // the mean's row, from the top
	for i, seed := range seeds {
		rows = append(rows, fmt.Sprintf("seed %d", seed))
		if e := one.Effects[i]; e != nil {
			runs = append(runs, xy{X: *e, Y: last - float64(i)})
			widen(*e)
		}
	}
	if one.Low != nil && one.High != nil {
		widen(*one.Low, *one.High)
	}
	p.X.Min, p.X.Max = span(low, high, 0.1)
	p.X.Marker = ticks{about: 4, format: short}
	p.Y.Min, p.Y.Max, p.Y.Names = -0.6, last+0.6, true
	p.Y.Marker = names(flip(append(rows, map[bool]string{true: "mean"}[len(seeds) > 1])))
	from, to := threshold, p.X.Max
	if below {
		from, to = p.X.Min, threshold
	}
	p.band(from, to, faint)
	p.paint(func(c draw.Canvas, x, _ func(float64) vg.Length) {
		c.StrokeLine2(lineStyle(muted, 0.8, dashes...), x(threshold), c.Min.Y, x(threshold), c.Max.Y)
	})
	p.marks(runs, draw.CircleGlyph{}, s.color(0), 2.2)
	if one.Low != nil && one.High != nil {
		p.line(xys{{X: *one.Low, Y: 0}, {X: *one.High, Y: 0}}, lineStyle(ink, 1.2))
		p.marks(xys{{X: *one.Mean, Y: 0}}, draw.BoxGlyph{}, ink, 2.2)
	}
	return p, nil
}
