package ranks

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomlx/compute/dtypes/bfloat16"
)

// sizes are the lengths of the vectors that are summed: odd ones, fewer
// elements than ranks, several chunks.
var sizes = []int{0, 1, 2, 3, 7, 1000, 4097, chunk + 5}

// vector returns a rank's vector, whose sums depend on the order of addition.
func vector(rank, n int) []float32 {
	x, state := make([]float32, n), uint64(rank+1)*0x9e3779b97f4a7c15
	for i := range x {
		state = state*6364136223846793005 + 1442695040888963407
		x[i] = math.Float32frombits(uint32(state>>63)<<31 | uint32(100+state>>56&31)<<23 | uint32(state>>32)&(1<<23-1))
	}
	return x
}

// inOrder returns the sum over the ranks in their order, with what round does
// to each term and to the sum.
func inOrder(ranks, n int, round func(float32) float32) []float32 {
	sum := vector(0, n)
	for i := range sum {
		sum[i] = round(sum[i])
	}
	for rank := 1; rank < ranks; rank++ {
		for i, v := range vector(rank, n) {
			sum[i] += round(v)
		}
	}
	for i := range sum {
		sum[i] = round(sum[i])
	}
	return sum
}

// exercise calls every method of a group and compares what it returns.
func exercise(g *Group) error {
	for _, way := range []struct {
		name  string
		sum   func([]float32) error
		round func(float32) float32
	}{
		{"float32", g.Sum, func(x float32) float32 { return x }},
		{"bfloat16", g.SumBfloat16, func(x float32) float32 { return bfloat16.FromFloat32(x).Float32() }},
	} {
		for _, n := range sizes {
			x := vector(g.Rank(), n)
			if err := way.sum(x); err != nil {
				return err
			}
			if g.Size() == 1 {
				way.round = func(x float32) float32 { return x } // nothing is sent
			}
			want := inOrder(g.Size(), n, way.round)
			for i := range want {
				if math.Float32bits(x[i]) != math.Float32bits(want[i]) {
					return fmt.Errorf("%s sum of %d elements: element %d is %g, in the order of the ranks %g", way.name, n, i, x[i], want[i])
				}
			}
		}
	}
	for speaker := range g.Size() + 1 {
		got, err := g.Any(g.Rank() == speaker)
		if err != nil || got != (speaker < g.Size()) {
			return fmt.Errorf("Any where rank %d says so: %t, %v", speaker, got, err)
		}
	}
	texts, err := g.Gather(strings.Repeat("語", g.Rank()))
	if err != nil || len(texts) != g.Size() {
		return fmt.Errorf("Gather: %q, %v", texts, err)
	}
	for rank, text := range texts {
		if text != strings.Repeat("語", rank) {
			return fmt.Errorf("Gather: %q of rank %d", text, rank)
		}
	}
	x := vector(g.Rank(), 10001)
	if err := g.BroadcastFloats(x); err != nil {
		return err
	}
	for i, want := range vector(0, len(x)) {
		if x[i] != want {
			return fmt.Errorf("Broadcast: element %d is %g, rank 0 has %g", i, x[i], want)
		}
	}
	return agreements(g)
}

func agreements(g *Group) error {
	last := g.Size() - 1
	var own error
	if g.Rank() == last {
		own = errors.New("no room")
	}
	err := g.Agree(own)
	switch {
	case g.Rank() > 0 && !errors.Is(err, ErrElsewhere),
		g.Rank() == 0 && last == 0 && !errors.Is(err, own),
		g.Rank() == 0 && last > 0 && (err == nil || err.Error() != g.Name(last)+": no room"):
		return fmt.Errorf("Agree on rank %d's error: %v", last, err)
	}
	if err := g.Agree(nil); err != nil {
		return fmt.Errorf("Agree on none: %w", err)
	}
	if err := g.Same("the seed", "1"); err != nil {
		return fmt.Errorf("Same: %w", err)
	}
	err = g.Same("the seed", fmt.Sprint(g.Rank()))
	switch {
	case g.Size() == 1 && err != nil, g.Rank() > 0 && !errors.Is(err, ErrElsewhere),
		g.Rank() == 0 && g.Size() > 1 && (err == nil || err.Error() != g.Name(0)+" and "+g.Name(1)+" differ in the seed: 0 and 1"):
		return fmt.Errorf("Same of different values: %v", err)
	}
	return nil
}

func TestOneProcess(t *testing.T) {
	g, err := Open(Options{Environ: []string{"PATH=/bin", "SLURM_STEP_NUM_TASKS=1", "OMPI_COMM_WORLD_SIZE=1"}})
	if g != nil || err != nil {
		t.Fatal(g, err)
	}
	if g.Rank() != 0 || g.Size() != 1 {
		t.Errorf("rank %d of %d", g.Rank(), g.Size())
	}
	x := []float32{1, 2}
	if err := errors.Join(g.Sum(x), g.SumBfloat16(x), g.BroadcastFloats(x), g.Same("x", "1"), g.Close()); err != nil {
		t.Error(err)
	}
	own := errors.New("own")
	if any, err := g.Any(true); !any || err != nil || g.Agree(own) != own {
		t.Error("a single process does not agree with itself")
	}
}

// Groups of 1 to 4 goroutines do what groups of processes do.
func TestGroups(t *testing.T) {
	for size := 1; size <= 4; size++ {
		groups := together(size, time.Minute)
		errs := make([]error, size)
		var all sync.WaitGroup
		for rank, g := range groups {
			all.Go(func() { errs[rank] = exercise(g) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Errorf("%d ranks: %v", size, err)
		}
	}
}

// A rank that does not come is named.
func TestPatience(t *testing.T) {
	groups := together(3, 20*time.Millisecond)
	late := make(chan error)
	go func() { _, err := groups[1].Any(false); late <- err }()
	_, err := groups[0].Any(false)
	if err == nil || !strings.Contains(err.Error(), "rank 2 on host2 has not answered for 20ms") {
		t.Errorf("rank 0: %v", err)
	}
	if err := <-late; err == nil || !strings.Contains(err.Error(), "rank 0 on host0 has not answered") {
		t.Errorf("rank 1: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		environ []string
		library string
		found   int // processes that MPI finds; 0: it is not asked
		want    string
	}{
		{[]string{"OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK=1"}, "", 0, host + ": mpirun started 2 processes, this is number 1: this program was built without MPI: run scripts/setup --mpi on this host"},
		{[]string{"SLURM_STEP_NUM_TASKS=3", "SLURM_PROCID=0"}, "Open MPI v4.1.4", 0, "srun started 3 processes, this is number 0: srun offers no PMI"},
		{[]string{"PMI_SIZE=2", "PMI_RANK=0", "SLURM_STEP_NUM_TASKS=1"}, "Open MPI v4.1.4", 1, "mpiexec started 2 processes, this is number 0: it found only 1: mpiexec belongs to another MPI than this program (Open MPI v4.1.4)"},
	} {
		l := readLaunch(test.environ)
		err := l.refuse(test.library)
		if test.found > 0 && err == nil {
			err = l.apart(test.library, test.found)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v, want %s", test.environ, err, test.want)
		}
	}
	for _, fine := range [][]string{
		{"SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=0", "PMIX_RANK=0"},
		{"OMPI_COMM_WORLD_SIZE=2", "PMIX_RANK=0", "SLURM_STEP_NUM_TASKS=1"},
	} {
		if l := readLaunch(fine); l.size != 2 || l.refuse("Open MPI") != nil {
			t.Errorf("%v: %+v, %v", fine, l, l.refuse("Open MPI"))
		}
	}
}
