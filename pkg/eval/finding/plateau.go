package finding

import (
	"math"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// A Measure is one of the values of a trace; Of returns NaN where it is missing.
type Measure struct {
	Name string
	Of   func(result.TracePoint) float64
}

// Measures returns the measures of a trace: loss, uniformity, isotropy, and the
// score of each JGLUE task.
func Measures() []Measure {
	some := func(x *float64) float64 {
		if x == nil {
			return math.NaN()
		}
		return *x
	}
	all := []Measure{
		{"loss", func(p result.TracePoint) float64 { return some(p.Loss) }},
		{"uniformity", func(p result.TracePoint) float64 { return some(p.Uniformity) }},
		{"IsoScore", func(p result.TracePoint) float64 { return some(p.IsoScore) }},
	}
	for _, task := range result.Tasks {
		all = append(all, Measure{task, func(p result.TracePoint) float64 {
			if score, ok := p.Scores[task]; ok {
				return score
			}
			return math.NaN()
		}})
	}
	return all
}

// An Association says how two measures go together over the checkpoints of all
// runs: by their levels, and by their changes from a checkpoint to the next.
type Association struct {
	A, B            string
	Levels, Changes Correlation
}

// A Correlation is a rank correlation with its 95 % interval
// ([metric.RankCorrelation]); all three are NaN where too few checkpoints
// have both measures.
type Correlation struct {
	Pairs          int
	Low, Rho, High float64
}

// Told tells whether the interval excludes 0.
func (c Correlation) Told() bool { return c.Low > 0 || c.High < 0 }

// Associations compares each task's score with loss, uniformity and isotropy,
// and these with each other. Pairs that no checkpoint has are left out.
func Associations(c *result.Claims) (out []Association) {
	measures := Measures()
	tasks := measures[len(measures)-len(result.Tasks):]
	others := measures[:len(measures)-len(result.Tasks)]
	for i, b := range others {
		for _, a := range append(tasks[:len(tasks):len(tasks)], others[i+1:]...) {
			var levels, changes []metric.Series
			for _, t := range c.Traces {
				s := series(t, a, b)
				levels, changes = append(levels, s), append(changes, s.Changes())
			}
			if l := correlation(levels); l.Pairs > 0 {
				out = append(out, Association{a.Name, b.Name, l, correlation(changes)})
			}
		}
	}
	return out
}

// series returns the checkpoints of a run that have both measures.
func series(t result.Trace, a, b Measure) (s metric.Series) {
	for _, p := range t.Points {
		if x, y := a.Of(p), b.Of(p); !math.IsNaN(x) && !math.IsNaN(y) {
			s.X, s.Y = append(s.X, x), append(s.Y, y)
		}
	}
	return s
}

// correlation combines the series of all runs.
func correlation(all []metric.Series) (c Correlation) {
	for _, s := range all {
		c.Pairs += len(s.X)
	}
	c.Low, c.Rho, c.High = metric.RankCorrelation(all...)
	return c
}
