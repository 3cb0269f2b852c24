package durable

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// limitFiles keeps this process from writing files longer than a size: a write
// over it is cut short, as on a full disk.
func limitFiles(t *testing.T, size uint64) (lift func()) {
	t.Helper()
	signal.Ignore(unix.SIGXFSZ)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
	}
}

// A write that ends early leaves whole rows only, and the next row stands on a
// line of its own.
func TestShortWrite(t *testing.T) {
	dir := t.TempDir()
	j, err := OpenJournal(filepath.Join(dir, "journal"), "work")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	lines, err := OpenLines(filepath.Join(dir, "lines"))
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	for name, appending := range map[string]func(...any) error{"journal": j.Append, "lines": lines.Append} {
		if err := appending("first"); err != nil {
			t.Fatal(err)
		}
		lift := limitFiles(t, 50)
		err := appending("fits", strings.Repeat("x", 100))
		lift()
		if !errors.Is(err, unix.EFBIG) {
			t.Fatalf("%s: %v", name, err)
		}
		if err := appending("next"); err != nil {
			t.Fatal(err)
		}
		want := "\"first\"\n\"next\"\n"
		if name == "journal" {
			want = "\"work\"\n" + want
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, want %q: %v", name, got, want, err)
		}
	}
}

// A row that could not be taken back is taken back before the next one.
func TestTornLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	lines, err := OpenLines(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := lines.Append(1); err != nil {
		t.Fatal(err)
	}
	put(t, path, "1\n\"half a row, longer than the next")
	lines.torn = true
	if err := lines.Append(2); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "1\n2\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// A file for which there is no room stays as it was.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put(t, path, "old")
	lift := limitFiles(t, 50)
	err := Bytes(path, make([]byte, 100))
	lift()
	if !errors.Is(err, unix.EFBIG) || !strings.Contains(err.Error(), path) {
		t.Fatal(err)
	}
	if got := tree(t, dir); len(got) != 1 || got["a"] != "old" {
		t.Errorf("%q", got)
	}
}
