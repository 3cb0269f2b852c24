package input

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Inside returns the path of a file in a folder that is not trusted. A link that
// leaves the folder is an error, so that a downloaded model cannot make this
// program read and save a file of its user. The hub's cache is an exception: there
// FOLDER/snapshots/COMMIT/FILE links to FOLDER/blobs. A file that does not exist
// is fs.ErrNotExist.
func Inside(dir, name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("%q is not the name of a file in %s", name, dir)
	}
	path := filepath.Join(dir, name)
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		if _, there := os.Lstat(path); there == nil && errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%s is a link to a file that does not exist", path)
		}
		return "", err
	}
	home, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	if within(home, real) || filepath.Base(filepath.Dir(home)) == "snapshots" && within(blobs(home), real) {
		return path, nil
	}
	return "", fmt.Errorf("%s is a link that leaves its folder; copy the file there if you trust it", path)
}

// InsideFile reads, by [File], a file that [Inside] finds.
func InsideFile(dir, name string, limit int64) ([]byte, error) {
	path, err := Inside(dir, name)
	if err != nil {
		return nil, err
	}
	return File(path, limit)
}

// blobs returns the folder of the contents that a snapshot in the hub's cache
// links to.
func blobs(snapshot string) string {
	path := filepath.Join(filepath.Dir(filepath.Dir(snapshot)), "blobs")
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// within reports whether a path lies below a folder. Neither may contain
// links.
func within(dir, path string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}
