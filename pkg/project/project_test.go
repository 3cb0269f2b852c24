package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRoot(t *testing.T) {
	t.Setenv("MODERNBERT_ROOT", "")
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "pkg", "project")); err != nil {
		t.Error(err)
	}
	t.Setenv("MODERNBERT_ROOT", root)
	t.Chdir(t.TempDir())
	if got, err := Path("data"); err != nil || got != filepath.Join(root, "data") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRootErrors(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module other\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, env := range []string{"", dir} {
		t.Setenv("MODERNBERT_ROOT", env)
		if _, err := Root(); err == nil || !strings.Contains(err.Error(), "MODERNBERT_ROOT") {
			t.Errorf("MODERNBERT_ROOT=%q: error %v", env, err)
		}
	}
}
