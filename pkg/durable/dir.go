package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir makes path a directory that holds what write puts into the temporary
// one it is given, or leaves it as it was. A directory that is there already
// is an error unless it is empty or replace is true; then the old one goes
// only after the new one stands. Parents are made.
func Dir(path string, replace bool, write func(temporary string) error) (err error) {
	path = filepath.Clean(path)
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	occupied, err := checkTarget(path, replace)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	temporary := temporaryName(path)
	if err := os.Mkdir(temporary, 0o777); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temporary)
		}
	}()
	if err := write(temporary); err != nil {
		return err
	}
	if err := syncTree(temporary); err != nil {
		return err
	}
	old := ""
	if occupied {
		old = temporaryName(path)
		if err := os.Rename(path, old); err != nil {
			return err
		}
	}
	if err := os.Rename(temporary, path); err != nil {
		if old != "" {
			err = errors.Join(err, os.Rename(old, path))
		}
		return err
	}
	if err := syncPath(filepath.Dir(path)); err != nil {
		return err
	}
	if old != "" {
		return os.RemoveAll(old)
	}
	return nil
}

// CheckDir tells what would keep [Dir] from making path, for work that takes
// long before it has anything to write. Parents are made, and what a process
// that was killed left of path half written is removed.
func CheckDir(path string, replace bool) error {
	path = filepath.Clean(path)
	_, err := checkTarget(path, replace)
	if err == nil {
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".????????????????.tmp"))
		for _, temporary := range left {
			err = errors.Join(err, os.RemoveAll(temporary))
		}
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o777)
	}
	if err == nil {
		temporary := temporaryName(path)
		err = errors.Join(os.Mkdir(temporary, 0o777), os.RemoveAll(temporary))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// checkTarget says whether a directory has to make way; an empty one is removed.
func checkTarget(path string, replace bool) (occupied bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.IsDir() {
		return false, errors.New("a file of that name is in the way; choose another directory")
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return false, err
	}
	if len(entries) == 0 {
		return false, os.Remove(path)
	}
	if !replace {
		return false, errors.New("the directory is not empty; remove it or choose another")
	}
	return true, nil
}

// syncTree syncs every file and directory below root.
func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && !entry.Type().IsRegular() {
			return nil
		}
		return syncPath(path)
	})
}
