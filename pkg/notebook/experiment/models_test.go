package experiment

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// put writes files with the same content below dir.
func put(t *testing.T, dir, content string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// newProject makes an empty project and sets MODERNBERT_ROOT to it.
func newProject(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	put(t, root, "module llmjp.internal/modernbert\n", "go.mod")
	t.Setenv("MODERNBERT_ROOT", root)
	return root
}

func TestModels(t *testing.T) {
	unset(t)
	root := newProject(t)
	description := run.Description{Stage: 2}
	put(t, root, "{}", "runs/tiny/stage2/checkpoints/step-000004/config.json", "runs/tiny/stage2/checkpoints/step-000008/config.json", "m/config.json", "data/models/small/config.json")
	if err := description.Write(filepath.Join(root, "runs/tiny/stage2")); err != nil {
		t.Fatal(err)
	}
	at := func(step string) string { return filepath.Join(root, "runs/tiny/stage2/checkpoints", step) }
	four, eight := models.Model{Checkpoint: result.Checkpoint{Stage: 2, Step: 4}, Ref: at("step-000004")}, models.Model{Checkpoint: result.Checkpoint{Stage: 2, Step: 8}, Ref: at("step-000008")}
	m, hub := models.Model{Checkpoint: result.Checkpoint{Name: "m"}, Ref: filepath.Join(root, "m")}, models.Model{Checkpoint: result.Checkpoint{Name: "m@v1"}, Ref: "owner/m@v1"}
	shipped := models.Model{Checkpoint: result.Checkpoint{Name: "small"}, Ref: filepath.Join(root, "data/models/small")}
	for _, c := range []struct {
		run, models, model string
		want               []models.Model
		one                models.Model
	}{
		{"", "", "", nil, shipped},
		{filepath.Join(root, "runs/tiny/stage2"), "", "runs/tiny", []models.Model{four, eight}, eight},
		{"runs/tiny/stage2", " m, owner/m@v1,", "owner/m@v1", []models.Model{four, eight, m, hub}, hub}, // from the project
		{"", "m", "", []models.Model{m}, shipped},
	} {
		t.Setenv(variable.Run.Name, c.run)
		t.Setenv(variable.Model.Name, c.model)
		t.Setenv(variable.Models.Name, c.models)
		got, err := Models()
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%+v: %v %s", c, err, diff)
		}
		one, err := Model()
		if diff := cmp.Diff(c.one, one); diff != "" || err != nil {
			t.Errorf("%+v: one: %v %s", c, err, diff)
		}
	}
}

// What the environment names is measured and saved; where it names nothing the
// saved result is read.
func TestRenew(t *testing.T) {
	unset(t)
	root := newProject(t)
	t.Setenv(variable.Figures.Name, t.TempDir())
	put(t, root, "{}", "m/config.json")
	calls := 0
	measure := func(list []models.Model) (*result.Retrieval, error) {
		calls++
		r := &result.Retrieval{N: 20}
		for _, m := range list {
			r.Rows = append(r.Rows, result.RetrievalRow{Checkpoint: m.Checkpoint, Recall10: 0.5, MRR10: 0.25})
		}
		return r, nil
	}
	if _, err := renew(measure); !errors.Is(err, fs.ErrNotExist) || calls != 0 {
		t.Errorf("no model and no result: %v, %d calls", err, calls)
	}
	t.Setenv(variable.Models.Name, "m")
	first, err := renew(measure)
	if err != nil || calls != 1 || first.Rows[0].Label() != "m" {
		t.Fatalf("%+v, %v", first, err)
	}
	t.Setenv(variable.Models.Name, "")
	again, err := renew(measure)
	if diff := cmp.Diff(first, again); diff != "" || err != nil || calls != 1 {
		t.Errorf("%v, %d calls %s", err, calls, diff)
	}
	t.Setenv(variable.Models.Name, "m")
	broken := errors.New("broken")
	if _, err := renew(func([]models.Model) (*result.Retrieval, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
