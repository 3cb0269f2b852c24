package result

import (
	"errors"
	"fmt"
	"slices"
)

// Claims holds each qualitative statement of the paper's sections 3.2 to 3.7
// beside the measured effect over several training runs.
type Claims struct {
	Provenance Provenance `json:"provenance"`
	Seeds      []uint64   `json:"seeds"` // of the runs, in the order of Claim.Effects
	Claims     []Claim    `json:"claims"`
	// Traces follow what may go with the downstream scores over stage 1, a trace
	// a run in the order of Seeds; none in results of earlier versions.
	Traces []Trace `json:"traces,omitempty"`
}

// A Trace holds what was measured at the checkpoints of a run's first stage,
// in the order of time.
type Trace struct {
	Steps  int          `json:"steps"` // of the stage
	Points []TracePoint `json:"points"`
}

// A TracePoint is one checkpoint; what was not measured there is nil or missing.
type TracePoint struct {
	Checkpoint
	// Loss is the validation loss in nats. Between two validations it is
	// interpolated in the logarithm of the step.
	Loss       *float64 `json:"loss,omitempty"`
	Uniformity *float64 `json:"uniformity,omitempty"`
	IsoScore   *float64 `json:"isoscore,omitempty"`
	// Scores holds JGLUE's scores by task: of the best setting, its mean over
	// the seeds of fine-tuning.
	Scores map[string]float64 `json:"scores,omitempty"`
}

// A Verdict says whether the measured effect supports a claim.
type Verdict string

// The verdicts.
const (
	Agrees    Verdict = "agrees"
	Disagrees Verdict = "disagrees"
	Untold    Verdict = "cannot be told"
)

// A Claim is one statement and its measured effect.
type Claim struct {
	Section string `json:"section"`
	Text    string `json:"text"`
	Paper   string `json:"paper"`   // the paper's own numbers
	Measure string `json:"measure"` // the effect, with its unit
	Wanted  string `json:"wanted"`  // which effects support the claim: "above 0"
	// Effects has a number a run; null where a run lacks the result.
	Effects []*float64 `json:"effects"`
	// Mean is over the runs that have an effect; Low and High are its 95 %
	// confidence interval (Student's t), null with fewer than two runs.
	Mean    *float64 `json:"mean,omitempty"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	Verdict Verdict  `json:"verdict"`
}

// Supported reads Wanted: effects above a threshold support the claim, or those
// below it.
func (c Claim) Supported() (below bool, threshold float64, err error) {
	var side string
	if _, err := fmt.Sscanf(c.Wanted, "%s %g", &side, &threshold); err != nil || side != "above" && side != "below" {
		return false, 0, fmt.Errorf("wanted is %q, want above or below a number", c.Wanted)
	}
	return side == "below", threshold, nil
}

// Kind returns "claims".
func (*Claims) Kind() string { return "claims" }

// Of returns the claims of one section of the paper, without the traces.
func (c *Claims) Of(section string) *Claims {
	some := *c
	some.Claims = slices.DeleteFunc(slices.Clone(c.Claims), func(one Claim) bool { return one.Section != section })
	some.Traces = nil
	return &some
}

// Validate refuses claims without a verdict, with a number of effects other
// than that of the runs, intervals that do not hold the mean, and traces that
// are not one a run.
func (c *Claims) Validate() error {
	if len(c.Seeds) == 0 || len(c.Claims) == 0 {
		return errors.New("seeds or claims is empty")
	}
	if n := len(c.Traces); n != 0 && n != len(c.Seeds) {
		return fmt.Errorf("traces has %d runs, want %d", n, len(c.Seeds))
	}
	for i, t := range c.Traces {
		for k, p := range t.Points {
			if p.Stage != 1 || k > 0 && p.Step <= t.Points[k-1].Step || p.Step > t.Steps {
				return fmt.Errorf("traces[%d].points[%d] is stage %d, step %d: steps rise within stage 1, up to %d", i, k, p.Stage, p.Step, t.Steps)
			}
		}
	}
	for i, one := range c.Claims {
		name := fmt.Sprintf("claims[%d]", i)
		if len(one.Effects) != len(c.Seeds) {
			return fmt.Errorf("%s has %d effects, want %d", name, len(one.Effects), len(c.Seeds))
		}
		if _, _, err := one.Supported(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		switch one.Verdict {
		case Agrees, Disagrees, Untold:
		default:
			return fmt.Errorf("%s.verdict is %q", name, one.Verdict)
		}
		if one.Low == nil || one.High == nil {
			if one.Verdict != Untold {
				return fmt.Errorf("%s: %q without an interval", name, one.Verdict)
			}
			continue
		}
		if one.Mean == nil || *one.Low > *one.Mean || *one.Mean > *one.High {
			return fmt.Errorf("%s: the interval does not hold the mean", name)
		}
	}
	return nil
}
