package durable

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// childEnv tells the test's binary to replace a folder or file and to die at a
// rename: PATH|NUMBER|WHEN|HOW, where WHEN is "before" or "after".
const childEnv = "DURABLE_TEST_REPLACE"

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		replaceAndDie(strings.Split(task, "|"))
		return
	}
	os.Exit(m.Run())
}

// replaceAndDie replaces a folder or file in this process, which kills itself
// before or after its n-th rename.
func replaceAndDie(task []string) {
	var n int
	fmt.Sscan(task[1], &n)
	die := func(when string) {
		if n == 0 && when == task[2] {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	watched := func(call func(a, b string) error) func(a, b string) error {
		return func(a, b string) error {
			n--
			die("before")
			err := call(a, b)
			die("after")
			return err
		}
	}
	rename, exchange = watched(rename), watched(exchange)
	if task[3] == "no exchange" {
		exchange = func(a, b string) error { return unix.EINVAL }
	}
	if task[3] == "file" {
		if err := Bytes(task[0], []byte("new")); err != nil {
			os.Exit(1)
		}
		return
	}
	if err := Dir(task[0], true, func(temporary string) error {
		return os.WriteFile(filepath.Join(temporary, "model"), []byte("new"), 0o666)
	}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// A process that is killed at any rename while it replaces a finished folder
// leaves the old one or the new one, whole and under its name, at the latest
// when the next process looks. Where there is none yet, it leaves the new one
// or nothing.
func TestKilledWhileReplacing(t *testing.T) {
	for how, least := range map[string]int{"exchange": 2, "no exchange": 4, "new": 2} {
		for n := 1; ; n++ {
			killed := 0
			for _, when := range []string{"before", "after"} {
				root := t.TempDir()
				path := filepath.Join(root, "out [1]*") // no pattern
				if how != "new" {
					put(t, filepath.Join(path, "model"), "old")
				}
				put(t, filepath.Join(root, ".out 1.0123456789abcdef.tmp", "model"), "another's")
				died := dies(t, path, n, when, how)
				if died {
					killed++
				}
				if err := CheckDir(path, true); err != nil {
					t.Error(err)
				}
				got := tree(t, root)
				content, ok := got["out [1]*/model"]
				if content != "old" && content != "new" && how != "new" {
					t.Errorf("%s, killed %s rename %d: neither is there: %v", how, when, n, got)
				}
				if died && n == 1 && when == "before" && content == "new" {
					t.Errorf("%s: the new one is there before any rename", how)
				}
				want := map[string]string{".out 1.0123456789abcdef.tmp": "/", ".out 1.0123456789abcdef.tmp/model": "another's"}
				if ok {
					want["out [1]*"], want["out [1]*/model"] = "/", content
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, killed %s rename %d: %s", how, when, n, diff)
				}
			}
			if killed == 0 {
				if n != least {
					t.Errorf("%s: killed at %d renames, want %d", how, n-1, least-1)
				}
				break
			}
		}
	}
}

// dies starts a process that replaces path, and tells whether it killed itself.
func dies(t *testing.T, path string, n int, when, how string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%s|%s", childEnv, path, n, when, how))
	output, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%v: %s", err, output)
	}
	return err != nil
}

// A process that is killed before or after the rename of a file leaves the old
// content or the new one.
func TestKilledWritingAFile(t *testing.T) {
	for when, want := range map[string]string{"before": "old", "after": "new"} {
		path := filepath.Join(t.TempDir(), "a")
		put(t, path, "old")
		if !dies(t, path, 1, when, "file") {
			t.Error("it was not killed")
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s the rename: %q, %v", when, got, err)
		}
	}
}
