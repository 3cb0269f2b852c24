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

// childEnv tells the test's binary to replace a folder and to die at a rename:
// "FOLDER NUMBER before|after", and "exchange" or "no exchange".
const childEnv = "DURABLE_TEST_REPLACE"

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		replaceAndDie(strings.Split(task, "|"))
		return
	}
	os.Exit(m.Run())
}

// replaceAndDie replaces a folder in this process, which kills itself before or
// after its n-th rename of a folder.
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
	if err := Dir(task[0], true, func(temporary string) error {
		return os.WriteFile(filepath.Join(temporary, "model"), []byte("new"), 0o666)
	}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// A process that is killed at any rename while it replaces a finished folder
// leaves the old one or the new one, whole and under its name, at the latest
// when the next one looks.
func TestKilledWhileReplacing(t *testing.T) {
	for _, how := range []string{"exchange", "no exchange"} {
		for n := 1; ; n++ {
			killed := 0
			for _, when := range []string{"before", "after"} {
				root := t.TempDir()
				path := filepath.Join(root, "out [1]*") // no pattern
				put(t, filepath.Join(path, "model"), "old")
				put(t, filepath.Join(root, ".out 1.0123456789abcdef.tmp", "model"), "another's")
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%s|%s", childEnv, path, n, when, how))
				output, err := cmd.CombinedOutput()
				if err != nil {
					if cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
						t.Fatalf("%v: %s", err, output)
					}
					killed++
				}
				if err := CheckDir(path, true); err != nil {
					t.Error(err)
				}
				got := tree(t, root)
				content := got["out [1]*/model"]
				if content != "old" && content != "new" {
					t.Errorf("%s, killed %s rename %d: neither is there: %v", how, when, n, got)
				}
				if n == 1 && when == "before" && content != "old" {
					t.Error("the new one is there before any rename")
				}
				want := map[string]string{"out [1]*": "/", "out [1]*/model": content,
					".out 1.0123456789abcdef.tmp": "/", ".out 1.0123456789abcdef.tmp/model": "another's"}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, killed %s rename %d: %s", how, when, n, diff)
				}
			}
			if killed == 0 {
				if least := map[string]int{"exchange": 2, "no exchange": 4}[how]; n != least {
					t.Errorf("%s: %d renames were tried, want %d", how, n-1, least-1)
				}
				break
			}
		}
	}
}
