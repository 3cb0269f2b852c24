package result

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJGLUEFindings(t *testing.T) {
	j := &JGLUE{Selections: []Selection{{"stage 1, 4k", "JSTS", 4, 9, 0.5, 0.48}, {"stage 1, 8k", "JSTS", 4, 9, 0.6, 0.6}}}
	for i, score := range []float64{0.3, 0.5, 0.4} {
		m := JGLUEModel{Checkpoint: Checkpoint{Stage: 1, Step: 4000 * i}}
		j.Models = append(j.Models, m)
		j.Runs = append(j.Runs, FineTuneRun{Model: m.Label(), Task: "JSTS", LR: 1, Epochs: 1, Metric: "pearson", Score: score, Note: "a few rows"})
	}
	want := []string{
		"JSTS: stage 1, 8k reaches 40.0 (pearson × 100, the best of 1 runs); stage 1, 0 reached 30.0; the highest is 50.0 at stage 1, 4k. The paper's rises from 77.7 at 4k to 92.1 at 50k steps and ends stage 1 at 92.1.",
		"JSTS: a few rows.",
		"Choosing the best run on the rows that it is scored on adds between 0.0 (stage 1, 8k, JSTS) and 2.0 points (stage 1, 4k, JSTS) that are not there on other rows.",
	}
	if diff := cmp.Diff(want, j.Findings()); diff != "" {
		t.Error(diff)
	}
	if got := (&JGLUE{Models: j.Models[:1]}).Findings(); got != nil {
		t.Errorf("no run: %v", got)
	}
}
