package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Find returns the path of a file or folder that a user names: a relative path
// counts from the working directory, and where nothing is there, from the
// project's root. An error wraps fs.ErrNotExist and names the absolute paths
// that were tried.
func Find(path string) (string, error) {
	candidates := candidates(path)
	for _, candidate := range candidates {
		if _, err := os.Lstat(candidate); !missing(err) {
			return candidate, nil // another error is for who opens it
		}
	}
	return "", notFound(path, candidates)
}

// Glob returns what a path or a glob matches, by the rule of [Find]. It is an
// error where that is nothing.
func Glob(pattern string) ([]string, error) {
	if found, err := Find(pattern); err == nil {
		return []string{found}, nil
	}
	candidates := candidates(pattern)
	for _, candidate := range candidates {
		found, err := filepath.Glob(literal(candidate))
		if err != nil {
			return nil, fmt.Errorf("%s: not a valid pattern: %w", pattern, err)
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, notFound(pattern, candidates)
}

// literal takes brackets and stars in the project's own folder as they stand.
func literal(pattern string) string {
	root, err := Root()
	if err != nil || !strings.HasPrefix(pattern, root+string(filepath.Separator)) {
		return pattern
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(root) + pattern[len(root):]
}

// candidates returns the paths at which a user's path may be, in their order.
func candidates(path string) []string {
	all := []string{path}
	if path == "" || filepath.IsAbs(path) || filepath.Clean(path) != strings.TrimSuffix(path, "/") || !filepath.IsLocal(path) {
		return all // as ./x and ../x, which say where they count from
	}
	if root, err := Root(); err == nil {
		if here, err := filepath.Abs(path); err == nil && here != filepath.Join(root, path) {
			all = append(all, filepath.Join(root, path))
		}
	}
	return all
}

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func notFound(path string, candidates []string) error {
	tried := make([]string, len(candidates))
	for i, candidate := range candidates {
		tried[i] = candidate
		if absolute, err := filepath.Abs(candidate); err == nil {
			tried[i] = absolute
		}
	}
	return &fs.PathError{Op: "find", Path: path, Err: tries{tried}}
}

// tries is the error of a path that is at none of some places.
type tries struct{ tried []string }

func (t tries) Error() string { return "no such file or folder: tried " + strings.Join(t.tried, ", ") }
func (t tries) Unwrap() error { return fs.ErrNotExist }
