package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/run"
)

// Ref is a model of the hub at a revision: a branch, a tag, a commit, or a
// pull request's refs/pr/N.
type Ref struct {
	Model    string // owner/name
	Revision string // "main" where none is given
}

func (r Ref) String() string { return r.Model + "@" + r.Revision }

var (
	modelID  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$`)
	revision = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,8}$`)
	commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// ParseRef reads owner/name[@revision].
func ParseRef(ref string) (Ref, error) {
	model, rev, named := strings.Cut(ref, "@")
	if !named {
		rev = "main"
	}
	switch {
	case !modelID.MatchString(model) || strings.Contains(model, "--") || strings.Contains(model, ".."):
		return Ref{}, fmt.Errorf("%q is neither a directory that exists nor a hub id owner/name[@revision]", ref)
	case !revision.MatchString(rev) || strings.Contains(rev, "..") || len(rev) > 200:
		return Ref{}, fmt.Errorf("%q: %q is not a branch, a tag, a commit or refs/pr/N", ref, rev)
	}
	return Ref{model, rev}, nil
}

// local returns the model's directory where ref names one (project.Find), ""
// where it may be a hub id.
func local(ref string) (string, error) {
	found, notFound := project.Find(ref)
	if notFound == nil {
		ref = found
	}
	info, err := os.Stat(ref)
	switch {
	case err == nil && info.IsDir():
		return run.Model(ref)
	case err == nil:
		return "", fmt.Errorf("%s is a file; give the model's directory", ref)
	case errors.Is(err, fs.ErrNotExist) && (filepath.IsAbs(ref) || strings.HasPrefix(ref, ".") || strings.HasPrefix(ref, "~")):
		return "", fmt.Errorf("model: %w", notFound)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, syscall.EINVAL):
		if _, err := ParseRef(ref); err != nil && notFound != nil {
			return "", fmt.Errorf("%w: %w", err, notFound)
		} else if err != nil {
			return "", err
		}
		return "", nil
	}
	return "", err
}
