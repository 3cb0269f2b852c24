package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/durable"
)

// put writes a file and makes its folder.
func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// save makes a checkpoint and returns its folder.
func save(t *testing.T, dir, folder string, step int) string {
	t.Helper()
	path := filepath.Join(dir, folder, StepName(step))
	for _, name := range []string{"config.json", "model.safetensors", "trainer_state.safetensors"} {
		put(t, filepath.Join(path, name), fmt.Sprintf("%s of step %d", name, step))
	}
	if err := (State{Step: step, Settings: json.RawMessage(`{"lr":0.01}`)}).Seal(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// flip changes a bit in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0x10
	put(t, path, string(data))
}

// version seals a checkpoint as a later program would.
func version(t *testing.T, path string, version int) {
	t.Helper()
	s, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Version = version
	if err := durable.Seal(filepath.Join(path, StateFile), s); err != nil {
		t.Fatal(err)
	}
}

// A damaged checkpoint is passed over for the one before it. One that only
// cannot be read, or that is not what its name says, ends the search.
func TestLastGood(t *testing.T) {
	for name, test := range map[string]struct {
		fault  func(t *testing.T, path string) // to step 20
		passed string                          // what is reported
		fails  string                          // what the error says
	}{
		"a flipped bit in the weights": {fault: func(t *testing.T, path string) { flip(t, filepath.Join(path, "model.safetensors")) },
			passed: "model.safetensors is damaged"},
		"a flipped bit in the seal": {fault: func(t *testing.T, path string) { flip(t, filepath.Join(path, StateFile)) },
			passed: "trainer_state.json: damaged"},
		"a cut file": {fault: func(t *testing.T, path string) { put(t, filepath.Join(path, "config.json"), "") },
			passed: "config.json is damaged"},
		"no weights": {fault: func(t *testing.T, path string) { remove(t, filepath.Join(path, "model.safetensors")) },
			passed: "damaged, a file is missing"},
		"no state": {fault: func(t *testing.T, path string) { remove(t, filepath.Join(path, StateFile)) },
			passed: "damaged, a file is missing"},
		"a later version": {fault: func(t *testing.T, path string) { version(t, path, 2) },
			fails: "of version 2, this program reads 1: go on with the program that wrote it"},
		"a folder of another name": {fault: func(t *testing.T, path string) {
			if err := os.Rename(path, filepath.Join(filepath.Dir(path), StepName(19))); err != nil {
				t.Fatal(err)
			}
		}, fails: "says step 20: give the folder its name again, step-000020"},
		"a folder in a file's place": {fault: func(t *testing.T, path string) {
			remove(t, filepath.Join(path, "model.safetensors"))
			put(t, filepath.Join(path, "model.safetensors", "x"), "")
		}, fails: "is a directory: mend that and run the same command again"},
		"a link to itself": {fault: func(t *testing.T, path string) {
			remove(t, filepath.Join(path, StateFile))
			if err := os.Symlink(StateFile, filepath.Join(path, StateFile)); err != nil {
				t.Fatal(err)
			}
		}, fails: "too many levels of symbolic links"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			save(t, dir, Staying, 5)
			save(t, dir, Rolling, 10)
			test.fault(t, save(t, dir, Staying, 20))
			save(t, dir, Staying, 30) // later than the last step asked for
			var said []string
			c, s, ok, err := LastGood(dir, 29, func(err error) { said = append(said, err.Error()) })
			if test.fails != "" {
				if err == nil || !strings.Contains(err.Error(), test.fails) || !strings.Contains(err.Error(), dir) {
					t.Errorf("error %v, want %q", err, test.fails)
				}
				return
			}
			if err != nil || !ok || c.Step != 10 || s.Step != 10 || filepath.Base(filepath.Dir(c.Path)) != Rolling {
				t.Errorf("%+v, %v, %v: not the one before", c, ok, err)
			}
			if len(said) != 1 || !strings.Contains(said[0], test.passed) || !strings.Contains(said[0], StepName(20)) {
				t.Errorf("said %q, want %q", said, test.passed)
			}
		})
	}
}

// The steps in their names order checkpoints, not the clock.
func TestClockSetBack(t *testing.T) {
	dir := t.TempDir()
	for i, step := range []int{5, 10, 20} {
		path := save(t, dir, Staying, step)
		when := time.Date(2020, 1, 30-i, 0, 0, 0, 0, time.UTC) // the later, the older
		for _, name := range []string{"", StateFile, "model.safetensors"} {
			if err := os.Chtimes(filepath.Join(path, name), when, when); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c, _, ok, err := LastGood(dir, 99, nil); c.Step != 20 || !ok || err != nil {
		t.Errorf("%+v, %v, %v", c, ok, err)
	}
	if path, err := Model(dir); filepath.Base(path) != StepName(20) || err != nil {
		t.Errorf("%s, %v", path, err)
	}
}

// A second process is told who trains in the folder; what a killed one left
// half written is removed for the first.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, Staying, "."+StepName(3)+".0123456789abcdef.tmp")
	put(t, filepath.Join(half, "config.json"), "{}")
	unlock, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if exists(half) {
		t.Error("half written and left")
	}
	_, err = Lock(dir)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s: another process is training here (process %d on ", dir, os.Getpid())) {
		t.Errorf("held: %v", err)
	}
	unlock()
	if unlock, err = Lock(dir); err != nil {
		t.Fatal(err)
	}
	unlock()
}

// An error of reading, such as no more open files, is not damage.
func TestUnreadableIsNotDamaged(t *testing.T) {
	dir := save(t, t.TempDir(), Staying, 1)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	_, err := Verify(dir)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, unix.EMFILE) || errors.Is(err, durable.ErrDamaged) {
		t.Errorf("no more open files: %v", err)
	}
}

// A run without a checkpoint begins at step 0; one of which none is whole asks.
func TestNoneGood(t *testing.T) {
	dir := t.TempDir()
	said := 0
	report := func(error) { said++ }
	if _, _, ok, err := LastGood(dir, 9, report); ok || err != nil {
		t.Errorf("no checkpoint: %v, %v", ok, err)
	}
	for _, step := range []int{0, 4} {
		flip(t, filepath.Join(save(t, dir, Staying, step), "config.json"))
	}
	_, _, ok, err := LastGood(dir, 9, report)
	if ok || err == nil || !strings.Contains(err.Error(), "none of 2 checkpoints is whole: choose another --output, or move") || said != 2 {
		t.Errorf("%v, %v, %d reported", ok, err, said)
	}
}

func TestDropRolling(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, Rolling, 1)
	keep := save(t, dir, Rolling, 2)
	put(t, filepath.Join(dir, Rolling, "step-note"), "a user's")
	if err := DropRolling(dir, keep); err != nil {
		t.Fatal(err)
	}
	if all, err := Saved(dir, Rolling); err != nil || len(all) != 1 || all[0].Step != 2 {
		t.Errorf("%v, %v", all, err)
	}
	if !exists(dir, Rolling, "step-note") {
		t.Error("what is no checkpoint was removed")
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
