package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

func TestJGLUEFindings(t *testing.T) {
	j := &result.JGLUE{Selections: []result.Selection{
		{Model: "stage 1, 4k", Task: "JSTS", Runs: 4, Splits: 9, Chosen: 0.5, HeldOut: 0.48},
		{Model: "stage 1, 8k", Task: "JSTS", Runs: 4, Splits: 9, Chosen: 0.6, HeldOut: 0.6},
	}}
	for i, score := range []float64{0.3, 0.5, 0.4} {
		m := result.JGLUEModel{Checkpoint: result.Checkpoint{Stage: 1, Step: 4000 * i}}
		j.Models = append(j.Models, m)
		j.Runs = append(j.Runs, result.FineTuneRun{Model: m.Label(), Task: "JSTS", LR: 1, Epochs: 1, Metric: "pearson", Score: score, Note: "a few rows"})
	}
	want := []string{
		"JSTS: stage 1, 8k reaches 40.0 (pearson × 100, the best of 1 runs); stage 1, 0 reached 30.0; the highest is 50.0 at stage 1, 4k. The paper's rises from 77.7 at 4k to 92.1 at 50k steps and ends stage 1 at 92.1.",
		"JSTS: a few rows.",
		"Choosing the best run on the rows that it is scored on adds between 0.0 (stage 1, 8k, JSTS) and 2.0 points (stage 1, 4k, JSTS) that are not there on other rows.",
	}
	if diff := cmp.Diff(want, Of(j)); diff != "" {
		t.Error(diff)
	}
	if got := Of(&result.JGLUE{Models: j.Models[:1]}); got != nil {
		t.Errorf("no run: %v", got)
	}
}
