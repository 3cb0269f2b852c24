package result

import (
	"errors"
	"fmt"
)

// Claims holds each qualitative statement of the paper's sections 3.2 to 3.7
// beside the measured effect over several training runs.
type Claims struct {
	Provenance Provenance `json:"provenance"`
	Seeds      []uint64   `json:"seeds"` // of the runs, in the order of Claim.Effects
	Claims     []Claim    `json:"claims"`
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

// Kind returns "claims".
func (*Claims) Kind() string { return "claims" }

// Validate refuses claims without a verdict, with a number of effects other
// than that of the runs, and intervals that do not hold the mean.
func (c *Claims) Validate() error {
	if len(c.Seeds) == 0 || len(c.Claims) == 0 {
		return errors.New("seeds or claims is empty")
	}
	for i, one := range c.Claims {
		name := fmt.Sprintf("claims[%d]", i)
		if len(one.Effects) != len(c.Seeds) {
			return fmt.Errorf("%s has %d effects, want %d", name, len(one.Effects), len(c.Seeds))
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
