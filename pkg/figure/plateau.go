package figure

import (
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// Plateau draws loss, uniformity, IsoScore and JGLUE's scores over the steps of
// stage 1, a panel a measure and a line a run. Step 0 has no place on the
// logarithmic axis.
func Plateau(c *result.Claims) (*Figure, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("plateau: %w", err)
	}
	return newFigure("plateau", DoubleColumn, func(style Style) (*sheet, error) {
		var panels []*panel
		alt := "Over the first stage's checkpoints:"
		first, last := math.Inf(1), 0.0 // of all panels: one axis for all
		for _, m := range finding.Measures() {
			p := style.panel(panelOf[m.Name], "Share of stage 1's steps (%, logarithmic)", "")
			p.logX, p.X.Marker = true, logTicks{}
			low, high := math.Inf(1), math.Inf(-1)
			for i, t := range c.Traces {
				var points xys
				for _, q := range t.Points {
					y, x := m.Of(q), 100*float64(q.Step)/float64(t.Steps)
					if math.IsNaN(y) || x <= 0 {
						continue
					}
					points = append(points, xy{X: x, Y: y})
					low, high, first, last = math.Min(low, y), math.Max(high, y), math.Min(first, x), math.Max(last, x)
				}
				p.curve(points, lineStyle(style.color(i), 1.2), shapes[i%len(shapes)], 1.8)
			}
			if low > high {
				continue
			}
			alt += fmt.Sprintf(" %s between %.3g and %.3g;", m.Name, low, high)
			p.Y.Min, p.Y.Max = span(low, high, 0.08)
			panels = append(panels, p)
		}
		if len(panels) < 2 {
			return nil, NothingToDraw{"plateau", "fewer than two of loss, uniformity, IsoScore and JGLUE's scores were measured at checkpoints of stage 1"}
		}
		for _, p := range panels {
			p.rangeX(first/1.3, last*1.3)
		}
		var keys []key
		for i, seed := range c.Seeds {
			line := lineStyle(style.color(i), 1.2)
			keys = append(keys, key{label: fmt.Sprintf("seed %d", seed), color: style.color(i), line: &line, shape: shapes[i%len(shapes)]})
		}
		return &sheet{alt: alt, keys: keys, panels: panels, columns: 3, aspect: 0.75, once: true}, nil
	})
}

// panelOf titles the panels of Plateau.
var panelOf = map[string]string{
	"loss": "Validation loss (nats)", "uniformity": "Uniformity (lower: spread)", "IsoScore": "IsoScore (1: isotropic)",
	"JSTS": "JSTS (Pearson)", "JNLI": "JNLI (accuracy)", "JCoLA": "JCoLA (accuracy)",
}

// PlateauTable tabulates which of these measures go together.
func PlateauTable(c *result.Claims) (*Table, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("plateau-table: %w", err)
	}
	all := finding.Associations(c)
	if len(all) == 0 {
		return nil, NothingToDraw{"plateau-table", "no two of loss, uniformity, IsoScore and JGLUE's scores were measured at the same checkpoints of stage 1"}
	}
	t := &Table{
		Name: "plateau-table", Caption: "What goes with what along the checkpoints of stage 1",
		Columns: append(left("Measure", "With"), right("Checkpoints", "Levels", "Changes")...),
	}
	known := 0
	for _, a := range all {
		r := row(a.A, a.B, grouped(a.Levels.Pairs), correlated(a.Levels), correlated(a.Changes))
		for i, x := range []finding.Correlation{a.Levels, a.Changes} {
			r[3+i].Bold = x.Told()
			if !math.IsNaN(x.Rho) {
				known++
			}
		}
		t.Rows = append(t.Rows, r)
	}
	t.Notes = append(notes(c.Provenance),
		"Levels and changes: Spearman's rank correlation, with its 95 % interval from Fisher's transform (Fieller, Hartley and Pearson, 1957); runs are combined by weight. Fewer than four checkpoints have none.",
		fmt.Sprintf("Bold: the interval excludes 0. Of %d intervals chance alone makes %.1f do so.", known, 0.05*float64(known)),
		"Checkpoints of a run follow one another: levels that both drift correlate, whatever they have to do with each other. Changes, from a checkpoint to the next, are free of the drift.",
		"Scores: the best setting's mean over the seeds of fine-tuning. IsoScore: Rudman et al. (2022).")
	return t, nil
}

// correlated writes a correlation and its interval.
func correlated(c finding.Correlation) string {
	if math.IsNaN(c.Rho) {
		return nothing
	}
	return minus(fmt.Sprintf("%.2f", c.Rho)) + " (" + minus(fmt.Sprintf("%.2f", c.Low)) + " to " + minus(fmt.Sprintf("%.2f", c.High)) + ")"
}
