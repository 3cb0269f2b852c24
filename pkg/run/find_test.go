package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStepOf(t *testing.T) {
	for name, want := range map[string]int{
		"step-000500": 500, "step-00500": 500, "step-1234567": 1234567, StepName(3): 3,
		"step-0500": -1, "step-": -1, "step--00001": -1, "step-+00001": -1, "step-000001.tmp": -1, ".step-000001": -1, "000001": -1,
		"step-99999999999999999999": -1,
	} {
		got, ok := StepOf(name)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

// Every form in which a run may be named gives its runs, models and last model.
func TestFind(t *testing.T) {
	root := t.TempDir()
	in := func(elements ...string) string { return filepath.Join(append([]string{root}, elements...)...) }
	for _, stage := range []string{"stage1", "stage2"} {
		save(t, in("tiny", stage), Staying, 0)
		save(t, in("tiny", stage), Staying, 8)
		save(t, in("tiny", stage), Rolling, 9)
		if err := (Description{Stage: 1}).Write(in("tiny", stage)); err != nil {
			t.Fatal(err)
		}
	}
	save(t, in("half", "stage1"), Staying, 3)
	put(t, in("half", "stage2", File), "{}")
	put(t, in("begun", File), "{}")
	put(t, in("model", "config.json"), "{}")
	put(t, in("model", Staying, "x"), "a model may have such a folder")
	if err := os.MkdirAll(in("empty"), 0o777); err != nil {
		t.Fatal(err)
	}
	step := func(run string, step int) string { return in(run, Staying, StepName(step)) }
	for _, test := range []struct {
		path   string
		dirs   []string
		models []string
		model  string
	}{
		{"tiny", []string{in("tiny/stage1"), in("tiny/stage2")},
			[]string{step("tiny/stage1", 0), step("tiny/stage1", 8), step("tiny/stage2", 0), step("tiny/stage2", 8)}, step("tiny/stage2", 8)},
		{"tiny/stage1", []string{in("tiny/stage1")}, []string{step("tiny/stage1", 0), step("tiny/stage1", 8)}, step("tiny/stage1", 8)},
		{"tiny/stage2/checkpoints/step-000000", []string{in("tiny/stage2")}, []string{step("tiny/stage2", 0)}, step("tiny/stage2", 0)},
		{"half", []string{in("half/stage1"), in("half/stage2")}, []string{step("half/stage1", 3)}, step("half/stage1", 3)},
		{"begun", []string{in("begun")}, nil, "error: begun: the run has no checkpoint yet in checkpoints"},
		{"model", nil, nil, in("model")},
		{"empty", nil, nil, in("empty")},
		{"nowhere", nil, nil, in("nowhere")},
	} {
		if diff := cmp.Diff(test.dirs, Dirs(in(test.path))); diff != "" {
			t.Errorf("%s: runs %s", test.path, diff)
		}
		all, err := Models(in(test.path))
		var paths []string
		for _, c := range all {
			paths = append(paths, c.Path)
		}
		if diff := cmp.Diff(test.models, paths); diff != "" {
			t.Errorf("%s: models %s", test.path, diff)
		}
		model, err2 := Model(in(test.path))
		if want, fails := strings.CutPrefix(test.model, "error: "); fails {
			for _, err := range []error{err, err2} {
				if err == nil || !strings.HasSuffix(err.Error(), want) {
					t.Errorf("%s: %v, want %s", test.path, err, want)
				}
			}
		} else if model != test.model || err != nil || err2 != nil {
			t.Errorf("%s: model %s, %v, %v", test.path, model, err, err2)
		}
	}
	t.Chdir(step("tiny/stage2", 8))
	if dir, n, ok := Of("."); !ok || n != 8 || dir != in("tiny/stage2") {
		t.Errorf("the working directory: %s, %d, %v", dir, n, ok)
	}
}

// A run's damaged last checkpoint is an error and not replaced in silence.
// Damage in the trainer's state does not matter to a model.
func TestDamagedLastModel(t *testing.T) {
	dir := t.TempDir()
	before, last := save(t, dir, Staying, 1), save(t, dir, Staying, 2)
	flip(t, filepath.Join(last, "trainer_state.safetensors"))
	if got, err := Model(dir); got != last || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	flip(t, filepath.Join(last, "model.safetensors"))
	if _, err := Model(dir); err == nil || !strings.Contains(err.Error(), "model.safetensors is damaged") || !strings.HasSuffix(err.Error(), "name a checkpoint, such as "+before) {
		t.Errorf("%v", err)
	}
}
