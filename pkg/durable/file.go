package durable

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File makes path hold what write writes, or leaves it as it was. The folder
// must exist.
func File(path string, write func(io.Writer) error) error {
	return FileAt(path, func(f *os.File) error { return write(f) })
}

// FileAt does what File does for a writer that seeks in the file.
func FileAt(path string, write func(*os.File) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	temporary := TemporaryName(path)
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
	if err := rename(temporary, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// Bytes makes path hold content, or leaves it as it was.
func Bytes(path string, content []byte) error {
	return File(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// TemporaryName draws a name beside path that nobody else has.
func TemporaryName(path string) string {
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
