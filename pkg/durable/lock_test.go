package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A second holder is refused with the first one's name, until that is gone.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(path)
	if held := (*Held)(nil); !errors.As(err, &held) || held.By != fmt.Sprintf("process %d on %s", os.Getpid(), host) {
		t.Errorf("held: %v", err)
	}
	unlock()
	for _, content := range []string{"", "no number\n", strings.Repeat("x", 1<<20)} { // of another program
		put(t, path, content)
		if unlock, err = Lock(path); err != nil {
			t.Fatal(err)
		}
		put(t, path, content)
		if _, err = Lock(path); err == nil || err.Error() != path+": another process holds it" {
			t.Errorf("%.10q: %v", content, err)
		}
		unlock()
	}
}

// A lock whose file was removed between its opening and its locking is not held.
func TestLockRemoved(t *testing.T) {
	defer func() { flock = unix.Flock }()
	path := filepath.Join(t.TempDir(), "new", ".lock")
	if err := os.Mkdir(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	flock = func(fd, how int) error {
		Discard(filepath.Dir(path), ".lock")
		return unix.Flock(fd, how)
	}
	if _, err := Lock(path); !errors.As(err, new(*Held)) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}

// An error of flock that is not another holder is told as it is.
func TestLockErrors(t *testing.T) {
	defer func() { flock = unix.Flock }()
	path := filepath.Join(t.TempDir(), ".lock")
	for _, fault := range []error{unix.ENOSYS, unix.ENOLCK, unix.EIO} {
		flock = func(int, int) error { return fault }
		for name, lock := range map[string]func() error{
			"lock":    func() error { _, err := Lock(path); return err },
			"journal": func() error { _, err := OpenJournal(path+".journal", 1); return err },
		} {
			err := lock()
			if !errors.Is(err, fault) || errors.As(err, new(*Held)) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s, %v: %v", name, fault, err)
			}
		}
	}
	interrupted := 3
	flock = func(fd, how int) error {
		if interrupted--; interrupted >= 0 {
			return unix.EINTR
		}
		return unix.Flock(fd, how)
	}
	if unlock, err := Lock(path); err != nil {
		t.Errorf("interrupted: %v", err)
	} else {
		unlock()
	}
}
