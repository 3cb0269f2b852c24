package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commit is the source's: changed or new source makes it dirty, other files
// do not, and a repository around the project is not taken for its own.
func TestSourceCommit(t *testing.T) {
	around := t.TempDir()
	root := filepath.Join(around, "project")
	git := func(args ...string) string {
		t.Helper()
		base := []string{"-C", root, "-c", "user.name=n", "-c", "user.email=e", "-c", "init.defaultBranch=main"}
		out, err := exec.Command("git", append(base, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
		return strings.TrimSpace(string(out))
	}
	put := func(name, content string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", "module "+Module+"\n")
	t.Setenv("MODERNBERT_ROOT", root)
	check := func(when, want string) {
		t.Helper()
		if got := sourceCommit(); got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	check("no repository", "")
	git("init", "-q", around)
	put("../other", "x")
	git("-C", "..", "add", "other")
	git("commit", "-q", "-m", "another project's")
	check("a repository around it", "")
	git("init", "-q", ".")
	check("no commit yet", "")
	put("pkg/a.go", "package a\n")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	first := git("rev-parse", "HEAD")[:12]
	check("clean", first)
	put("figures/a.svg", "<svg/>")
	check("another file", first)
	put("pkg/b.go", "package a\n")
	check("new source", first+"+dirty")
	git("add", ".")
	git("commit", "-q", "-m", "second")
	check("second", git("rev-parse", "HEAD")[:12])
	put("go.mod", "module "+Module+"\n\ngo 1.26\n")
	check("changed go.mod", git("rev-parse", "HEAD")[:12]+"+dirty")
}
