package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A relative path counts from the working directory, then from the root.
func TestFind(t *testing.T) {
	root, here := t.TempDir(), t.TempDir()
	for path, content := range map[string]string{
		filepath.Join(root, "go.mod"):      "module " + Module + "\n",
		filepath.Join(root, "both.txt"):    "",
		filepath.Join(root, "data/a.txt"):  "",
		filepath.Join(root, "data/b.txt"):  "",
		filepath.Join(here, "both.txt"):    "",
		filepath.Join(here, "other/c.txt"): "",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("MODERNBERT_ROOT", root)
	t.Chdir(here)
	a, b := filepath.Join(root, "data/a.txt"), filepath.Join(root, "data/b.txt")
	for path, want := range map[string]string{"both.txt": "both.txt", "data/a.txt": a, a: a, "other": "other", "data": filepath.Dir(a)} {
		if got, err := Find(path); got != want || err != nil {
			t.Errorf("%s: %s, %v, want %s", path, got, err, want)
		}
	}
	for pattern, want := range map[string][]string{"other/*": {"other/c.txt"}, "data/*.txt": {a, b}, "data/a.txt": {a}} {
		if got, err := Glob(pattern); !cmp.Equal(got, want) || err != nil {
			t.Errorf("%s: %v, %v, want %v", pattern, got, err, want)
		}
	}
	for _, path := range []string{"none.txt", "none/*.txt"} {
		_, err := Glob(path)
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join(here, path)) || !strings.Contains(err.Error(), filepath.Join(root, path)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Find(filepath.Join(here, "none.txt")); err == nil || strings.Contains(err.Error(), root) {
		t.Errorf("an absolute path is tried alone: %v", err)
	}
	if _, err := Glob("[.txt"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a bad pattern: %v", err)
	}
	for _, path := range []string{"./data", "none/../data"} {
		if _, err := Find(path); err == nil {
			t.Errorf("%s is found in the project", path)
		}
	}
	if _, err := Find(""); err == nil {
		t.Error("an empty path is found")
	}
}
