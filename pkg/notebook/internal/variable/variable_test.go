package variable

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumber(t *testing.T) {
	v := Variable{Name: "MODERNBERT_N"}
	for value, want := range map[string]int{"": 7, " 12 ": 12, "0": 0, "-1": 0, "x": 0, "1.5": 0} {
		t.Setenv(v.Name, value)
		got, err := v.Number(1, 7)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", value, got, err)
		}
	}
}

// Files and globs that are not in the working directory are taken from the
// project.
func TestPaths(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"go.mod", "data/a.jsonl", "data/b.jsonl"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("module llmjp.internal/modernbert\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("MODERNBERT_ROOT", root)
	t.Setenv("MODERNBERT_FILES", "data/a.jsonl, data/*.jsonl,nowhere/*.jsonl")
	want := []string{filepath.Join(root, "data/a.jsonl"), filepath.Join(root, "data/*.jsonl"), "nowhere/*.jsonl"}
	if diff := cmp.Diff(want, (Variable{Name: "MODERNBERT_FILES"}).Paths()); diff != "" {
		t.Error(diff)
	}
}
