package claims

import (
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// trace aligns what was measured at each checkpoint of stage 1. The losses of
// stage 2 are of longer texts and no continuation of these.
func trace(r *Run) result.Trace {
	t := result.Trace{Steps: r.steps(1)}
	point := func(c result.Checkpoint) *result.TracePoint {
		i, found := slices.BinarySearchFunc(t.Points, c.Step, func(p result.TracePoint, step int) int { return p.Step - step })
		if !found {
			p := result.TracePoint{Checkpoint: result.Checkpoint{Stage: 1, Step: c.Step}, Loss: lossAt(evaluations(r, 1), c.Step)}
			t.Points = slices.Insert(t.Points, i, p)
		}
		return &t.Points[i]
	}
	if r.Points != nil {
		for _, s := range r.Points.Checkpoints {
			if s.Stage == 1 {
				p := point(s.Checkpoint)
				p.Uniformity, p.IsoScore = &s.Uniformity, s.IsoScore
			}
		}
	}
	if r.JGLUE != nil {
		for _, m := range r.JGLUE.Models {
			for _, task := range result.Tasks {
				if s, ok := finding.Score(r.JGLUE, m.Label(), task); ok && m.Stage == 1 {
					p := point(m.Checkpoint)
					if p.Scores == nil {
						p.Scores = map[string]float64{}
					}
					p.Scores[task] = s.Mean
				}
			}
		}
	}
	return t
}

// lossAt returns the validation loss at a step, nil outside of the validations.
// Between two of them it is linear in the logarithm of the step, as a loss is
// early in training, when validations lie far apart.
func lossAt(list []result.Evaluation, step int) *float64 {
	for i, e := range list {
		switch {
		case e.Step == step:
			return &e.Loss
		case e.Step > step && i > 0:
			x := func(step int) float64 { return math.Log1p(float64(step)) }
			before := list[i-1]
			share := (x(step) - x(before.Step)) / (x(e.Step) - x(before.Step))
			loss := before.Loss + share*(e.Loss-before.Loss)
			return &loss
		}
	}
	return nil
}
