package programs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// newStore opens a store in a new folder for a plugin that is any file.
func newStore(t *testing.T) *Store {
	t.Helper()
	plugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(plugin, []byte("a plugin"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(filepath.Join(t.TempDir(), "programs"), plugin)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	s := newStore(t)
	k := s.key([]byte("options"), []byte("mlir"), []byte("code"))
	if _, ok := s.read(k); ok {
		t.Error("an empty store has a program")
	}
	if err := s.write(k, []byte("machine code")); err != nil {
		t.Fatal(err)
	}
	if got, ok := s.read(k); !ok || string(got) != "machine code" {
		t.Errorf("read %q, %v", got, ok)
	}
}

// Every part of what decides a program's machine code decides its key.
func TestKey(t *testing.T) {
	s := newStore(t)
	keys := []key{
		s.key([]byte("o"), []byte("f"), []byte("code")),
		s.key([]byte("o"), []byte("fc"), []byte("ode")),
		s.key([]byte("of"), []byte(""), []byte("code")),
		s.key([]byte("o"), []byte("f"), []byte("code2")),
	}
	machine := s.machine
	s.machine += "another CPU"
	keys = append(keys, s.key([]byte("o"), []byte("f"), []byte("code")))
	for i, k := range keys {
		if slices.Contains(keys[:i], k) {
			t.Errorf("program %d has the key of one before it", i)
		}
	}
	plugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(plugin, []byte("a plugin"), 0o644); err != nil {
		t.Fatal(err)
	}
	first, err := describe(plugin)
	if err != nil || first == machine {
		t.Errorf("another file of the same content: %v, same machine: %v", err, first == machine)
	}
	was, err := os.Stat(plugin)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // beyond the clock's step of the file system
	if err := os.WriteFile(plugin, []byte("A plugin"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(plugin, was.ModTime(), was.ModTime()); err != nil {
		t.Fatal(err)
	}
	if second, err := describe(plugin); err != nil || second == first {
		t.Errorf("a changed plugin with the size and time of before is taken for the same (%v)", err)
	}
}

func TestCPU(t *testing.T) {
	const x86 = "processor\t: 0\nmodel name\t: EPYC\nflags\t\t: fpu avx2\ncpu MHz\t\t: 2600.1\n"
	if got, want := cpu(x86+"\nprocessor\t: 1\nflags\t\t: other\n"), "model name\t: EPYC\nflags\t\t: fpu avx2\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := cpu("processor : 0\nFeatures\t: fp asimd\nCPU part\t: 0xd40\n"); !strings.Contains(got, "asimd") || !strings.Contains(got, "0xd40") {
		t.Errorf("%q", got)
	}
}

// A file of which any byte changed, or an end is missing, or that belongs to another
// key, is not a program.
func TestStoreDamaged(t *testing.T) {
	s := newStore(t)
	k, other := s.key([]byte("a")), s.key([]byte("b"))
	if err := s.write(k, []byte("code")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(s.path(k))
	if err != nil {
		t.Fatal(err)
	}
	damage := func(what string, k key, data []byte) {
		if err := os.WriteFile(s.path(k), data, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, ok := s.read(k); ok {
			t.Errorf("%s: read %q", what, got)
		}
	}
	for i := range whole {
		changed := slices.Clone(whole)
		changed[i] ^= 1
		damage("a bit changed", k, changed)
		damage("cut", k, whole[:i])
	}
	damage("another key's", other, whole)
	if err := s.write(k, []byte("code")); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.read(k); !ok {
		t.Error("a damaged file was not replaced")
	}
}

// Of too many programs those go that were used longest ago.
func TestStoreLimit(t *testing.T) {
	s := newStore(t)
	s.limit = 3 * 100
	keys := []key{s.key([]byte("0")), s.key([]byte("1")), s.key([]byte("2"))}
	for i, k := range keys {
		if err := s.write(k, make([]byte, 60)); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(time.Duration(i-9) * time.Hour)
		if err := os.Chtimes(s.path(k), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := s.read(keys[0]); !ok {
		t.Fatal("a program is missing within the limit")
	}
	last := s.key([]byte("3"))
	if err := s.write(last, make([]byte, 60)); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[key]bool{keys[0]: true, keys[1]: false, keys[2]: true, last: true} {
		if _, ok := s.read(k); ok != want {
			t.Errorf("%x is there: %v, want %v", k[:2], ok, want)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "programs"), file); err == nil {
		t.Error("a folder below a file was opened")
	}
	if _, err := Open(t.TempDir(), filepath.Join(t.TempDir(), "no.so")); err == nil {
		t.Error("a plugin that is not there was described")
	}
}
