package project

import (
	"errors"
	"os/exec"
	"runtime/debug"
	"strings"
)

// Commit returns the revision that the program was built from, 12 digits,
// "+dirty" behind it if the source had changes, "" if nobody knows. A program
// that go build made in the repository has it stamped in. The kernel of the
// notebooks builds outside of it, from the source as it is: then Commit asks
// git about the project's source.
func Commit() string {
	if stamped := stamped(); stamped != "" {
		return stamped
	}
	return sourceCommit()
}

// stamped returns the commit that go build stamped in.
func stamped() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}

// sourceCommit asks git for the commit of the project's source. Changes
// elsewhere, such as executed notebooks, do not make it dirty.
func sourceCommit() string {
	root, err := Root()
	if err != nil {
		return ""
	}
	git := func(args ...string) string {
		out, e := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		err = errors.Join(err, e)
		return strings.TrimSpace(string(out))
	}
	git("ls-files", "--error-unmatch", "go.mod") // else a repository around the project would answer
	revision := git("rev-parse", "HEAD")
	changes := git("status", "--porcelain", "--", "pkg", "go.mod", "go.sum")
	switch {
	case err != nil:
		return ""
	case changes != "":
		return revision[:12] + "+dirty"
	}
	return revision[:12]
}
