//go:build mpi

package train

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/ranks"
)

// rankEnv, where it is set, makes the test's binary one rank: "test DEVICES" or
// "measure ELEMENTS".
const rankEnv = "TRAIN_TEST_RANK"

func TestMain(m *testing.M) {
	work := strings.Fields(os.Getenv(rankEnv))
	if len(work) == 0 {
		os.Exit(m.Run())
	}
	n, err := strconv.Atoi(work[1])
	g, opened := ranks.Open(ranks.Options{Environ: os.Environ(), Patience: time.Minute})
	if err = errors.Join(err, opened); err == nil {
		if work[0] == "test" {
			err = exchangeOnce(g, n)
		} else {
			err = measurePieces(g, n)
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
	os.Exit(0)
}

// mpirun runs the test's binary on two ranks.
func mpirun(work string, arguments ...string) (string, error) {
	args := append([]string{"--bind-to", "none", "--oversubscribe", "-n", "2"}, arguments...)
	cmd := exec.Command("mpirun", append(args, os.Args[0])...)
	cmd.Env = append(os.Environ(), rankEnv+"="+work, "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
		"XLA_FLAGS=--xla_force_host_platform_device_count=2")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Gradients that leave the devices in many small chunks come back as the sums
// over the ranks, on every device, from one device and from two.
func TestExchange(t *testing.T) {
	for _, devices := range []string{"1", "2"} {
		if out, err := mpirun("test " + devices); err != nil {
			t.Errorf("%s devices: %v\n%s", devices, err, out)
		}
	}
}

// exchangeOnce sums gradients of odd sizes in chunks of 100 elements.
func exchangeOnce(g *ranks.Group, devices int) error {
	params := []model.Param{{Name: "a", Shape: []int{7, 11}}, {Name: "b", Shape: []int{1}}, {Name: "c", Shape: []int{501}}, {Name: "d", Shape: []int{3, 2, 5}}}
	m, x, err := exchanging(g, params, devices, 100)
	if err != nil {
		return err
	}
	value := func(rank, param, i int) float32 { return float32(math.Sin(float64(1 + rank + 10*param + 1000*i))) }
	var sums []deviceTensor
	for k, p := range append(params, model.Param{Shape: []int{3}}) { // the tallies come last
		flat := make([]float32, p.Size())
		for i := range flat {
			flat[i] = value(g.Rank(), k, i)
		}
		placed, err := m.place(tensors.FromFlatDataAndDimensions(flat, p.Shape...), false)
		if err != nil {
			return err
		}
		sums = append(sums, placed)
	}
	if sums, err = x.sum(sums); err != nil {
		return err
	}
	for k, copies := range sums {
		for device, t := range copies {
			flat, err := tensors.CopyFlatData[float32](t)
			if err != nil {
				return err
			}
			for i, got := range flat {
				if want := value(0, k, i) + value(1, k, i); got != want {
					return fmt.Errorf("rank %d, device %d: element %d of tensor %d is %g, want %g", g.Rank(), device, i, k, got, want)
				}
			}
		}
	}
	return nil
}

func exchanging(g *ranks.Group, params []model.Param, devices, chunk int) (*mesh, *exchange, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, nil, err
	}
	m, err := newMesh(b, devices)
	if err != nil {
		return nil, nil, err
	}
	x, err := newExchange(m, params, g, false, chunk)
	return m, x, err
}

// BenchmarkPieces measures what an exchange of the paper's model consists of:
// 187.5 million float32 copied out, summed over two ranks, copied in, and all
// of it at the same time. Each iteration is one run of several rounds, of which
// the fastest counts.
func BenchmarkPieces(b *testing.B) {
	const elements = 187_500_000
	for name, carrier := range map[string]string{"shared-memory": "vader,self", "tcp": "tcp,self"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				out, err := mpirun(fmt.Sprint("measure ", elements), "--mca", "btl", carrier)
				if err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				b.Log("\n" + out)
			}
		})
	}
}

// measurePieces prints the seconds of each piece on rank 0: the least of some
// rounds.
func measurePieces(g *ranks.Group, n int) error {
	m, x, err := exchanging(g, []model.Param{{Name: "all", Shape: []int{n}}}, 1, exchangeChunk)
	if err != nil {
		return err
	}
	pieces := []string{"pack", "copy out", "sum", "copy in", "unpack", "the whole exchange"}
	least := map[string]float64{}
	timed := func(piece string, work func() error) {
		if err == nil {
			_, err = g.Any(false)
		}
		if err == nil {
			began := time.Now()
			err = work()
			if took := time.Since(began).Seconds(); least[piece] == 0 || took < least[piece] {
				least[piece] = took
			}
		}
	}
	gradient := func() []deviceTensor {
		flat := make([]float32, n)
		flat[0] = 1
		t, failed := model.Param{Name: "all", Shape: []int{n}}.Upload(m.backend, flat)
		err = errors.Join(err, failed)
		return []deviceTensor{{t}}
	}
	for range 5 {
		host, chunks, gradients := make([]float32, n), []deviceTensor(nil), gradient()
		if err != nil {
			return err
		}
		timed("pack", func() (err error) { chunks, err = x.pack.call(gradients); return err })
		parts := func(do func(c int, part []float32) error) func() error {
			return func() error {
				at := 0
				for c, length := range x.chunks {
					end := min(at+length, n)
					if err := do(c, host[at:end]); err != nil {
						return err
					}
					at = end
				}
				return nil
			}
		}
		timed("copy out", parts(func(c int, part []float32) error { return x.copyOut(chunks[c], part) }))
		timed("sum", func() error { return g.Sum(host) })
		release(chunks)
		timed("copy in", parts(func(c int, part []float32) (err error) { chunks[c], err = x.copyIn(part); return err }))
		var back []deviceTensor
		timed("unpack", func() (err error) { back, err = x.unpack.call(chunks); return err })
		release(chunks, back)
		tallies, failed := m.place(tensors.FromValue([]float32{1, 2, 3}), false)
		if err = errors.Join(err, failed); err != nil {
			return err
		}
		timed("the whole exchange", func() (err error) { back, err = x.sum(append(gradients, tallies)); return err })
		release(back)
	}
	if g.Rank() == 0 {
		for _, piece := range pieces {
			fmt.Printf("%-18s %.3f s\n", piece, least[piece])
		}
	}
	return err
}
