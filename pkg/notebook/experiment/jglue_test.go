package experiment

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

func TestEvenly(t *testing.T) {
	var list []models.Model
	for _, step := range []int{0, 1, 2, 3, 4} {
		list = append(list, models.Model{Checkpoint: result.Checkpoint{Stage: 1, Step: step}})
	}
	list = append(list, models.Model{Checkpoint: result.Checkpoint{Stage: 2, Step: 9}}, models.Model{Checkpoint: result.Checkpoint{Name: "other"}})
	for n, want := range map[int]string{0: "0 1 2 3 4 9 0", 1: "4 9 0", 2: "0 4 9 0", 3: "0 2 4 9 0", 9: "0 1 2 3 4 9 0"} {
		var steps []string
		for _, m := range evenly(list, n) {
			steps = append(steps, result.Steps(m.Step))
		}
		if got := strings.Join(steps, " "); got != want {
			t.Errorf("%d: steps %s, want %s", n, got, want)
		}
	}
}

const testModel = "../../eval/testdata/modernbert"

// unset clears every variable, so that a test sees only what it sets.
func unset(t *testing.T) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "MODERNBERT_") && name != "MODERNBERT_ROOT" {
			t.Setenv(name, "")
		}
	}
}

func TestJGLUE(t *testing.T) {
	unset(t)
	t.Setenv(variable.Figures.Name, t.TempDir())
	dir, ctx := t.TempDir(), t.Context()
	var said []string
	say := func(line string) { said = append(said, line) }
	if _, err := JGLUE(ctx, say); err == nil || !strings.Contains(err.Error(), "jglue.json") {
		t.Errorf("neither a result nor a model: %v", err)
	}
	t.Setenv(variable.Models.Name, testModel)
	t.Setenv(variable.Tasks.Name, "jcola, jsts")
	t.Setenv(variable.Grid.Name, "lr=1e-3 epochs=1,2")
	t.Setenv(variable.Rows.Name, "24")
	t.Setenv(variable.Output.Name, dir)
	j, err := JGLUE(ctx, say)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range []string{"JSTS", "JCoLA"} {
		s, ok := finding.Score(j, "modernbert", task)
		if !ok || s.Runs != 2 || !strings.Contains(s.Best.Note, "trained on 24 rows") || len(said) != 4 {
			t.Errorf("%s: %+v, said %v", task, s, said)
		}
	}

	// A grid that is asked for is obeyed though the result has more runs.
	t.Setenv(variable.Grid.Name, "lr=1e-3 epochs=1")
	less, err := JGLUE(ctx, say)
	if err != nil || len(less.Runs) != 4 || len(said) != 4 { // its folders hold the runs of both grids
		t.Errorf("%v, %d runs, said %v", err, len(less.Runs), said)
	}
	t.Setenv(variable.Grid.Name, "lr=2e-3 epochs=1")
	t.Setenv(variable.Tasks.Name, "jcola")
	t.Setenv(variable.Output.Name, t.TempDir())
	if other, err := JGLUE(ctx, say); err != nil || len(other.Runs) != 1 || other.Runs[0].LR != 2e-3 {
		t.Errorf("%v, %+v", err, other)
	}

	t.Setenv(variable.Models.Name, "")
	t.Setenv(variable.Sweeps.Name, filepath.Join(dir, "j*"))
	if again, err := JGLUE(ctx, say); err != nil || !cmp.Equal(again, j) {
		t.Errorf("collected again: %v\n%s", err, cmp.Diff(j, again))
	}
	t.Setenv(variable.Sweeps.Name, "")
	if again, err := JGLUE(ctx, say); err != nil || !cmp.Equal(again, j) {
		t.Errorf("read again: %v\n%s", err, cmp.Diff(j, again))
	}
	for v, value := range map[variable.Variable]string{variable.Sweeps: "/no/such", variable.Tasks: "x", variable.Grid: "rate=1", variable.Rows: "many", variable.Checkpoints: "-1"} {
		t.Run(v.Name, func(t *testing.T) {
			t.Setenv(variable.Models.Name, testModel)
			t.Setenv(v.Name, value)
			if _, err := JGLUE(ctx, say); err == nil || !strings.Contains(err.Error(), v.Name) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Unasked, the plan of a laptop does not replace a result with more runs.
func TestJGLUEKeepsMore(t *testing.T) {
	unset(t)
	t.Setenv(variable.Figures.Name, t.TempDir())
	t.Setenv(variable.Models.Name, testModel)
	list, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	plan, _, err := plan()
	if err != nil {
		t.Fatal(err)
	}
	plan.Grid.LRs = nil // no runs: any result has more
	big := &result.JGLUE{Models: []result.JGLUEModel{{Checkpoint: list[0].Checkpoint, Parameters: 1, Weights: "other"}}, Runs: make([]result.FineTuneRun, 1)}
	if more, err := plan.Surpassed(t.Context(), big, list); more || err != nil {
		t.Errorf("other weights: %v, %v", more, err)
	}
	big.Models[0].Weights = digestOf(t, filepath.Join(testModel, "model.safetensors"))
	if more, err := plan.Surpassed(t.Context(), big, list); !more || err != nil {
		t.Errorf("the same weights: %v, %v", more, err)
	}
	big.Runs = nil
	if more, err := plan.Surpassed(t.Context(), big, list); more || err != nil {
		t.Errorf("no more runs: %v, %v", more, err)
	}
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}
