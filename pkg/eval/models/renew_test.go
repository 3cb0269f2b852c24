package models

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

func TestFinals(t *testing.T) {
	at := func(stage, step int) Model { return Model{result.Checkpoint{Stage: stage, Step: step}, "r"} }
	m := Model{result.Checkpoint{Name: "m"}, "m"}
	if diff := cmp.Diff([]Model{at(1, 9), at(2, 0), m}, Finals([]Model{at(1, 0), at(1, 9), at(2, 0), m})); diff != "" {
		t.Error(diff)
	}
}

// What the environment names is computed and kept; without a name what is
// kept is read.
func TestRenew(t *testing.T) {
	root, data := t.TempDir(), t.TempDir()
	put(t, root, "m/config.json")
	t.Setenv(runVariable, "")
	t.Setenv(ModelsVariable, "")
	calls := 0
	find := func(list []Model) (*result.Retrieval, error) {
		calls++
		r := &result.Retrieval{N: 20}
		for _, m := range list {
			r.Rows = append(r.Rows, result.RetrievalRow{Checkpoint: m.Checkpoint, Recall10: 0.5, MRR10: 0.25})
		}
		return r, nil
	}
	if _, err := Renew(data, find); !errors.Is(err, fs.ErrNotExist) || calls != 0 {
		t.Errorf("no model and no result: %v, %d calls", err, calls)
	}
	t.Setenv(ModelsVariable, filepath.Join(root, "m"))
	first, err := Renew(data, find)
	if err != nil || calls != 1 || first.Rows[0].Label() != "m" {
		t.Fatalf("%+v, %v", first, err)
	}
	t.Setenv(ModelsVariable, "")
	again, err := Renew(data, find)
	if diff := cmp.Diff(first, again); diff != "" || err != nil || calls != 1 {
		t.Errorf("%v, %d calls %s", err, calls, diff)
	}
	t.Setenv(ModelsVariable, filepath.Join(root, "m"))
	broken := errors.New("broken")
	if _, err := Renew(data, func([]Model) (*result.Retrieval, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestNumber(t *testing.T) {
	for value, want := range map[string]int{"": 7, " 12 ": 12, "0": 0, "-1": 0, "x": 0, "1.5": 0} {
		t.Setenv("MODERNBERT_N", value)
		got, err := Number("MODERNBERT_N", 7)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", value, got, err)
		}
	}
}

// Files are looked for in the project, too, and globs.
func TestRefsOfFiles(t *testing.T) {
	root := t.TempDir()
	put(t, root, "data/a.jsonl", "data/b.jsonl")
	write(t, filepath.Join(root, "go.mod"), "module llmjp.internal/modernbert\n")
	t.Setenv("MODERNBERT_ROOT", root)
	t.Setenv("MODERNBERT_FILES", "data/a.jsonl, data/*.jsonl,nowhere/*.jsonl")
	want := []string{filepath.Join(root, "data/a.jsonl"), filepath.Join(root, "data/*.jsonl"), "nowhere/*.jsonl"}
	if diff := cmp.Diff(want, Refs("MODERNBERT_FILES")); diff != "" {
		t.Error(diff)
	}
}
