package variable

import (
	"os"
	"path/filepath"
	"testing"
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

// A value may begin with the folder of Work, which is the project's runs or the one
// that is set.
func TestWork(t *testing.T) {
	root := t.TempDir()
	t.Setenv("MODERNBERT_ROOT", root)
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module llmjp.internal/modernbert\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(Figures.Name, "$MODERNBERT_WORK/mine")
	for work, want := range map[string]string{"": filepath.Join(root, "runs", "mine"), "/made": "/made/mine", "$MODERNBERT_WORK": "$MODERNBERT_WORK/mine"} {
		t.Setenv(Work.Name, work)
		if got := Figures.Value(); got != want {
			t.Errorf("%q: %q, want %q", work, got, want)
		}
	}
}
