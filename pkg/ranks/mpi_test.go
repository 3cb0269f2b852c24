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

// openMPI reports whether the program was built with Open MPI, not MPICH.
func openMPI() bool { return strings.HasPrefix(Library(), "Open MPI") }

// mpirun runs the test's binary on some ranks, by the launcher of its MPI, and
// returns what they print.
func mpirun(t *testing.T, work string, ranks int, args ...string) (string, error) {
	t.Helper()
	launcher, list := "mpirun", []string{"--bind-to", "none", "-n", strconv.Itoa(ranks)}
	if openMPI() {
		list = append(list, "--oversubscribe")
	} else if beside, err := exec.LookPath("mpiexec.mpich"); err == nil { // Debian's name beside Open MPI
		launcher = beside
	}
	cmd := exec.Command(launcher, append(append(list, args...), os.Args[0])...)
	cmd.Env = append(os.Environ(), child+"="+work, "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Processes under mpirun add in the order of the ranks, whatever carries the
// messages.
func TestProcesses(t *testing.T) {
	carriers := [][]string{nil}
	if openMPI() {
		carriers = [][]string{{"--mca", "btl", "vader,self"}, {"--mca", "btl", "tcp,self"}}
	}
	for ranks := 1; ranks <= 4; ranks++ {
		for _, carrier := range carriers {
			out, err := mpirun(t, "exercise", ranks, carrier...)
			if err != nil || strings.Count(out, fmt.Sprintf(" of %d\n", ranks)) != ranks {
				t.Errorf("%s, %d ranks over %q: %v\n%s", Library(), ranks, carrier, err, out)
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
