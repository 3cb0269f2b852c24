package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// rename and exchange are variables so that a test can end the process at
// them, and do without the second.
var (
	rename   = os.Rename
	exchange = func(a, b string) error {
		return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	}
)

// swap lets two directories change places. Where the file system cannot do so
// at once, b is set aside for a moment under a name at which putBack finds it.
func swap(a, b string) error {
	err := exchange(a, b)
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	aside := asideName(b)
	if err := rename(b, aside); err != nil {
		return err
	}
	if err := rename(a, b); err != nil {
		return errors.Join(err, rename(aside, b))
	}
	return rename(aside, a)
}

// putBack ends a swap that a crash interrupted: the directory that was set
// aside gets its name again unless the new one has it.
func putBack(path string) error {
	aside := asideName(path)
	if _, err := os.Lstat(aside); err != nil {
		return nil // nothing is aside, as nearly always
	}
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return rename(aside, path)
	case err != nil:
		return err
	}
	return os.RemoveAll(aside)
}

// asideName returns the name beside path under which swap sets aside the
// directory that path replaces.
func asideName(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".replaced")
}
