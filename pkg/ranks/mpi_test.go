//go:build mpi

package ranks

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// child, where it is set, makes the test's binary one rank of a test.
const child = "RANKS_TEST_CHILD"

func TestMain(m *testing.M) {
	work := os.Getenv(child)
	if work == "" {
		os.Exit(m.Run())
	}
	patience := time.Minute
	if work == "hang" {
		patience = time.Second
	}
	g, err := Open(Options{Environ: os.Environ(), Patience: patience})
	if err == nil {
		switch work {
		case "exercise":
			err = exercise(g)
		case "hang":
			if g.Rank() == 1 {
				err = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
			_, err = g.Any(false)
		}
	}
	if err == nil {
		err = g.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		g.Abort()
		os.Exit(1)
	}
	fmt.Printf("rank %d of %d\n", g.Rank(), g.Size())
	os.Exit(0)
}

// mpirun runs the test's binary on some ranks and returns what they print.
func mpirun(t *testing.T, work string, ranks int, args ...string) (string, error) {
	t.Helper()
	list := append([]string{"--bind-to", "none", "--oversubscribe", "-n", strconv.Itoa(ranks)}, args...)
	cmd := exec.Command("mpirun", append(list, os.Args[0])...)
	cmd.Env = append(os.Environ(), child+"="+work, "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Processes under mpirun add in the order of the ranks, whatever carries the
// messages.
func TestProcesses(t *testing.T) {
	for ranks := 1; ranks <= 4; ranks++ {
		for _, carrier := range []string{"vader,self", "tcp,self"} {
			out, err := mpirun(t, "exercise", ranks, "--mca", "btl", carrier)
			if err != nil || strings.Count(out, fmt.Sprintf(" of %d\n", ranks)) != ranks {
				t.Errorf("%d ranks over %s: %v\n%s", ranks, carrier, err, out)
			}
		}
	}
}

// A rank that is stopped is named, and all end, it included.
func TestHangingRank(t *testing.T) {
	began := time.Now()
	out, err := mpirun(t, "hang", 2)
	if err == nil || !strings.Contains(out, "rank 1 on ") || !strings.Contains(out, "has not answered for 1s") {
		t.Errorf("%v: %s", err, out)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}
