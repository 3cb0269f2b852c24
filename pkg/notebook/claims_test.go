package notebook

import (
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

// curveOf leaves a training curve of a seed in a folder of results.
func curveOf(t *testing.T, dir string, seed uint64) string {
	t.Helper()
	c := &result.TrainingCurve{Provenance: result.Provenance{Seed: seed}, Stages: []result.Stage{
		{Stage: 1, TotalSteps: 2, Evaluations: []result.Evaluation{{Step: 0, Loss: 11}, {Step: 2, Loss: 9}}}}}
	if err := result.Save(dir, c); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestClaims evaluates the runs that are named, else keeps what was published,
// and evaluates the results in Data where nothing was or where they are a run's.
func TestClaims(t *testing.T) {
	figures := t.TempDir()
	t.Setenv(variable.Figures.Name, figures)
	t.Setenv(variable.Run.Name, "")
	t.Setenv(variable.Results.Name, "")
	if _, err := Claims(); err == nil || !strings.Contains(err.Error(), "training curve of each run") {
		t.Errorf("without any result: %v", err)
	}
	one, other := curveOf(t, filepath.Join(figures, "data"), 42), curveOf(t, t.TempDir(), 43)
	seeds := func(want int) {
		t.Helper()
		if c, err := Claims(); err != nil || len(c.Seeds) != want || len(c.Traces) != want {
			t.Errorf("%+v, %v; want %d runs", c, err, want)
		}
	}
	seeds(1)
	t.Setenv(variable.Results.Name, one+", "+other)
	seeds(2)
	t.Setenv(variable.Results.Name, "")
	seeds(2) // the published result
	t.Setenv(variable.Run.Name, "runs/tiny")
	seeds(1) // of this run alone
}
