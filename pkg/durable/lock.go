package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// flock is a variable so that a test can make it fail.
var flock = unix.Flock

// Held is the error for a lock that another process holds.
type Held struct {
	Path string // of the lock's file
	By   string // "process 123 on host"; "" where the file does not say it
}

func (h *Held) Error() string { return h.Path + ": another process holds it" + h.Holder() }

// Holder returns By in brackets for a message, "" if nobody knows.
func (h *Held) Holder() string {
	if h.By == "" {
		return ""
	}
	return " (" + h.By + ")"
}

// Lock holds a lock, which path stands for, until unlock is called or the
// process ends, however it ends. The file is made if it is not there; its
// content names the holder and stays. A lock that another process holds is a
// [Held]; every other error is the file system's own.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := Flock(f, Exclusive); err != nil {
		if errors.As(err, new(*Held)) {
			err = &Held{path, holder(f)}
		}
		f.Close()
		return nil, err
	}
	if err := sign(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}

// The kinds of lock on an open file.
const (
	Exclusive = unix.LOCK_EX
	Shared    = unix.LOCK_SH // with others that hold it shared
)

// Flock locks an open file until it is closed, without waiting. A lock that
// another process holds, or removed with [Discard] since the file was opened,
// is a [Held] that does not say by whom.
func Flock(f *os.File, kind int) error {
	for {
		switch err := flock(int(f.Fd()), kind|unix.LOCK_NB); {
		case err == nil:
			if removed(f) {
				return &Held{Path: f.Name()}
			}
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return &Held{Path: f.Name()}
		default:
			return fmt.Errorf("lock %s: %w; where the file system has no locks, choose a folder on another", f.Name(), err)
		}
	}
}

// removed tells whether f's path names another file by now, or none.
func removed(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Name())
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(here, there)
}

// Discard removes a folder that holds nothing but a lock of this name. Only the
// lock's holder may call it.
func Discard(dir, lock string) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 1 && entries[0].Name() == lock {
		_ = os.Remove(filepath.Join(dir, lock)) // what stays is an empty folder
		_ = os.Remove(dir)
	}
}

// sign writes who holds the lock.
func sign(f *os.File) error {
	host, _ := os.Hostname() // a name is a courtesy
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "%d %s\n", os.Getpid(), host), 0)
	return err
}

// holder reads what sign wrote.
func holder(f *os.File) string {
	var pid int
	var host string
	if n, _ := fmt.Fscanln(io.NewSectionReader(f, 0, 512), &pid, &host); n < 2 {
		return ""
	}
	return fmt.Sprintf("process %d on %s", pid, host)
}
