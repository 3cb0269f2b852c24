package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Dir makes path a directory that holds what write puts into the temporary
// directory that it gets, or leaves path as it was. A directory that is there
// already is an error unless it is empty or replace is true; then the two
// change places, and the old one is removed. Parents are made.
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
	temporary := TemporaryName(path)
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
	if !occupied {
		err = rename(temporary, path)
	} else {
		err = swap(temporary, path)
	}
	if err != nil {
		return err
	}
	if err := syncPath(filepath.Dir(path)); err != nil {
		return err
	}
	if occupied {
		return os.RemoveAll(temporary)
	}
	return nil
}

// CheckDir returns the error that would keep [Dir] from making path, for work
// that takes long before it has anything to write. It makes the parents and
// removes what a killed process left of path half written.
func CheckDir(path string, replace bool) error {
	path = filepath.Clean(path)
	_, err := checkTarget(path, replace)
	if err == nil {
		err = RemoveTemporary(filepath.Dir(path), filepath.Base(path))
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o777)
	}
	if err == nil {
		temporary := TemporaryName(path)
		err = errors.Join(os.Mkdir(temporary, 0o777), os.RemoveAll(temporary))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// RemoveTemporary removes what killed processes left in a folder half written
// under the name base, or under any name if base is "". Only a process that
// alone writes there may call it.
func RemoveTemporary(folder, base string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if of, ok := temporaryOf(entry.Name()); ok && (base == "" || of == base) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}

// checkTarget tells whether a directory has to make way. It removes an empty
// one, and puts back one that a crash left set aside.
func checkTarget(path string, replace bool) (occupied bool, err error) {
	if err := putBack(path); err != nil {
		return false, err
	}
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

// temporaryOf returns the name that TemporaryName made a name for.
func temporaryOf(name string) (base string, ok bool) {
	const tail = len(".0123456789abcdef.tmp")
	if len(name) < 1+tail || name[0] != '.' || !strings.HasSuffix(name, ".tmp") {
		return "", false
	}
	cut := len(name) - tail
	return name[1:cut], name[cut] == '.' && strings.Trim(name[cut+1:len(name)-4], "0123456789abcdef") == ""
}
