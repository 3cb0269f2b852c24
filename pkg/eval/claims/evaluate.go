package claims

import (
	"fmt"
	"math"
	"reflect"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// claim is a statement of the paper with the effect that tests it.
type claim struct {
	section, text, paper, measure string
	below                         bool    // effects below the threshold support it, not above
	threshold                     float64 // in the effect's unit
	effect                        func(*Run) (effect float64, ok bool)
}

// Of holds every claim against the runs whose results lie in these folders, one
// a run (see [Open]).
func Of(dirs ...string) (*result.Claims, error) {
	var runs []*Run
	for _, dir := range dirs {
		r, err := Open(dir)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return Evaluate(runs)
}

// Evaluate holds every claim against the runs and traces each run. The provenance is that of the
// first run's curve, with the number of runs. It is an error to pass a run
// twice, under whatever folders: its effects would not vary, and every interval
// would be a point.
func Evaluate(runs []*Run) (*result.Claims, error) {
	if len(runs) == 0 {
		return nil, fmt.Errorf("no run to hold the claims against")
	}
	for i, r := range runs {
		for _, other := range runs[:i] {
			if reflect.DeepEqual(r.Curve, other.Curve) {
				return nil, fmt.Errorf("%s and %s hold the same run, their training curves are equal: name each run once", other.Dir, r.Dir)
			}
		}
	}
	c := &result.Claims{Provenance: runs[0].Curve.Provenance}
	for _, r := range runs {
		c.Seeds = append(c.Seeds, r.Curve.Provenance.Seed)
	}
	if n := len(runs); n == 1 {
		c.Provenance.AddNotes("One run: effects have no spread, so no statement can be told.")
	} else {
		c.Provenance.AddNotes(fmt.Sprintf("%d runs; intervals of 95 %% over runs (Student's t).", n))
	}
	for _, r := range runs {
		c.Traces = append(c.Traces, trace(r))
	}
	for _, one := range paper {
		c.Claims = append(c.Claims, one.hold(runs))
	}
	return c, c.Validate()
}

// hold computes a claim's effects, their interval and the verdict.
func (c claim) hold(runs []*Run) result.Claim {
	side := "above"
	if c.below {
		side = "below"
	}
	out := result.Claim{Section: c.section, Text: c.text, Paper: c.paper, Measure: c.measure,
		Wanted: fmt.Sprintf("%s %g", side, c.threshold), Verdict: result.Untold}
	var known []float64
	for _, r := range runs {
		effect, ok := c.effect(r)
		if !ok || math.IsNaN(effect) || math.IsInf(effect, 0) {
			out.Effects = append(out.Effects, nil)
			continue
		}
		out.Effects = append(out.Effects, &effect)
		known = append(known, effect)
	}
	if len(known) == 0 {
		return out
	}
	if len(known) == 1 {
		out.Mean = &known[0]
		return out
	}
	mean, half := metric.MeanInterval(known)
	out.Mean = &mean
	low, high := mean-half, mean+half
	out.Low, out.High = &low, &high
	if half == 0 { // equal effects of a few runs are chance, not certainty
		return out
	}
	switch above, below := low > c.threshold, high < c.threshold; {
	case above && !c.below || below && c.below:
		out.Verdict = result.Agrees
	case above || below:
		out.Verdict = result.Disagrees
	}
	return out
}
