package sweep

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/eval/models"
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

func TestRenew(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	ctx := context.Background()
	var said []string
	say := func(line string) { said = append(said, line) }
	if _, err := Renew(ctx, dir, say); err == nil || !strings.Contains(err.Error(), "jglue.json") {
		t.Errorf("nothing is there and nothing is named: %v", err)
	}
	t.Setenv(models.ModelsVariable, "../../eval/testdata/modernbert")
	t.Setenv(tasksVariable, "jcola, jsts")
	t.Setenv(gridVariable, "lr=1e-3 epochs=1,2")
	t.Setenv(rowsVariable, "24")
	t.Setenv(outputVariable, out)
	j, err := Renew(ctx, dir, say)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range []string{"JSTS", "JCoLA"} {
		s, ok := j.Score("modernbert", task)
		if !ok || s.Runs != 2 || !strings.Contains(s.Best.Note, "trained on 24 rows") || len(said) != 4 {
			t.Errorf("%s: %+v, said %v", task, s, said)
		}
	}
	t.Setenv(models.ModelsVariable, "")
	if again, err := Renew(ctx, dir, say); err != nil || !cmp.Equal(again, j) {
		t.Errorf("read again: %v\n%s", err, cmp.Diff(j, again))
	}
	t.Setenv(sweepsVariable, filepath.Join(out, "j*"))
	if again, err := Renew(ctx, t.TempDir(), say); err != nil || !cmp.Equal(again, j) {
		t.Errorf("collected again: %v\n%s", err, cmp.Diff(j, again))
	}
	for name, value := range map[string]string{sweepsVariable: "/no/such", tasksVariable: "x", gridVariable: "rate=1", rowsVariable: "many"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(sweepsVariable, "")
			t.Setenv(models.ModelsVariable, "../../eval/testdata/modernbert")
			t.Setenv(name, value)
			if _, err := Renew(ctx, t.TempDir(), say); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%v", err)
			}
		})
	}
}
