package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/result"
)

// AlignmentUniformity draws Figure 3: the checkpoints of a run between
// alignment and uniformity, with arrows of time, beside the baselines. Hollow
// marks are the paper's own baselines, read off its figure.
func AlignmentUniformity(a *result.AlignmentUniformity) (*Figure, error) {
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("alignment-uniformity: %w", err)
	}
	return newFigure("alignment-uniformity", 5*vg.Inch, func(style Style) (*sheet, error) {
		return alignmentSheet(style, a, result.PaperFigure3()), nil
	})
}

// AlignmentZoom draws Figure 3's late checkpoints from near: those from which
// on all lie within a tenth of the run's extent. Axes begin where the points
// do.
func AlignmentZoom(a *result.AlignmentUniformity) (*Figure, error) {
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("alignment-zoom: %w", err)
	}
	late := result.AlignmentUniformity{Checkpoints: lateCheckpoints(a.Checkpoints)}
	if n := len(late.Checkpoints); n < 2 || n == len(a.Checkpoints) {
		return nil, NothingToDraw{"alignment-zoom", "no late checkpoints lie close together"}
	}
	return newFigure("alignment-zoom", 5*vg.Inch, func(style Style) (*sheet, error) {
		return alignmentSheet(style, &late, nil), nil
	})
}

// lateCheckpoints returns the longest end of the list that lies within a tenth
// of the list's extent from the last checkpoint.
func lateCheckpoints(all []result.EmbeddingScore) []result.EmbeddingScore {
	if len(all) == 0 {
		return nil
	}
	last, extent := all[len(all)-1], 0.0
	for _, s := range all {
		extent = math.Max(extent, s.Distance(last))
	}
	from := len(all) - 1
	for from > 0 && all[from-1].Distance(last) <= extent/10 {
		from--
	}
	return all[from:]
}

func alignmentSheet(style Style, a *result.AlignmentUniformity, paper []result.EmbeddingScore) *sheet {
	p := style.panel("", "Uniformity (lower: more evenly spread)", "Alignment (lower: pairs closer)")
	trained, others := style.color(0), style.color(1)
	all := slices.Concat(a.Checkpoints, a.Baselines, paper)
	p.empty()
	for _, s := range all {
		p.include(s.Uniformity, s.Alignment)
	}
	if len(paper) > 0 { // the whole figure has the corner where all texts are one point
		p.X.Max, p.Y.Min = math.Max(p.X.Max, 0), math.Min(p.Y.Min, 0)
	}
	p.X.Min, p.X.Max = span(p.X.Min, p.X.Max, 0.08)
	p.Y.Min, p.Y.Max = span(p.Y.Min, p.Y.Max, 0.08)
	p.grid()

	var keys []key
	if len(a.Checkpoints) > 0 {
		keys = append(keys, key{label: "checkpoints, in the order of time", color: trained, shape: draw.CircleGlyph{}, line: new(lineStyle(fade(trained, 0.6), 1))})
	}
	if len(a.Baselines) > 0 {
		keys = append(keys, key{label: "baselines", color: others, shape: draw.BoxGlyph{}})
	}
	if len(paper) > 0 {
		keys = append(keys, key{label: "paper's baselines, read by eye", color: muted, shape: draw.RingGlyph{}})
	}

	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		where := func(s result.EmbeddingScore) vg.Point { return vg.Point{X: x(s.Uniformity), Y: y(s.Alignment)} }
		var labels []label
		var path []vg.Point
		for i, s := range a.Checkpoints {
			path = append(path, where(s))
			if i > 0 {
				arrow(c, path[i-1], path[i], fade(trained, 0.6))
			}
		}
		for _, s := range paper {
			c.DrawGlyph(draw.GlyphStyle{Color: muted, Radius: 2.4, Shape: draw.RingGlyph{}}, where(s))
			labels = append(labels, label{at: where(s), text: s.Label(), color: muted})
		}
		for _, s := range a.Baselines {
			c.DrawGlyph(draw.GlyphStyle{Color: others, Radius: 2.2, Shape: draw.BoxGlyph{}}, where(s))
			labels = append(labels, label{at: where(s), text: s.Label(), color: others})
		}
		for i, text := range timeLabels(a.Checkpoints, path) {
			c.DrawGlyph(draw.GlyphStyle{Color: trained, Radius: 2.4, Shape: draw.CircleGlyph{}}, path[i])
			labels = append(labels, label{at: path[i], text: text, color: trained})
		}
		drawLabels(c, style, labels, path)
	})
	return &sheet{alt: alignmentAlt(a), keys: keys, panels: []*panel{p}, columns: 1, aspect: 0.64}
}

func alignmentAlt(a *result.AlignmentUniformity) string {
	alt := "Alignment against uniformity of sentence embeddings."
	for _, s := range a.Checkpoints {
		alt += fmt.Sprintf(" %s: uniformity %.2f, alignment %.3f.", s.Label(), s.Uniformity, s.Alignment)
	}
	return alt
}

// timeLabels names the checkpoints at their places on the page. Neighbours in
// time whose marks cover each other share a name, at the last of them: "300 …
// s2 200".
func timeLabels(all []result.EmbeddingScore, at []vg.Point) []string {
	const near = 3.5
	names := make([]string, len(all))
	for first, i := 0, 0; i < len(all); i++ {
		if next := i + 1; next < len(all) && math.Hypot(float64(at[next].X-at[first].X), float64(at[next].Y-at[first].Y)) < float64(near) {
			continue
		}
		names[i] = timeLabel(all[i].Checkpoint)
		switch from := timeLabel(all[first].Checkpoint); {
		case i == first+1:
			names[i] = from + ", " + names[i]
		case i > first:
			names[i] = from + " … " + names[i]
		}
		first = i + 1
	}
	return names
}

// timeLabel names a checkpoint shortly, since the arrows tell the order: 15k,
// s2 200k.
func timeLabel(c result.Checkpoint) string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Stage == 1:
		return result.Steps(c.Step)
	default:
		return fmt.Sprintf("s%d %s", c.Stage, result.Steps(c.Step))
	}
}
