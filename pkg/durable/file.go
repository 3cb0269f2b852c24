// Package durable writes files and directories whole or not at all: under a
// temporary name beside the target, synced to the disk, then renamed. A crash
// leaves what was there before, and at most a name that begins with a dot and
// ends in .tmp.
package durable

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File makes path hold what write gives, or leaves it as it was. The folder
// must exist.
func File(path string, write func(io.Writer) error) error {
	return FileAt(path, func(f *os.File) error { return write(f) })
}

// FileAt is File for a writer that goes to and fro in the file.
func FileAt(path string, write func(*os.File) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	temporary := temporaryName(path)
	f, err := os.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temporary)
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// Bytes is File for content that is at hand.
func Bytes(path string, content []byte) error {
	return File(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// temporaryName is a name beside path that nobody else has.
func temporaryName(path string) string {
	return filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%016x.tmp", filepath.Base(path), rand.Uint64()))
}

// syncPath syncs a directory or file that is already written.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
