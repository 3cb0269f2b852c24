package backend

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Check compiles and computes a small matrix product on the backend and compares
// the result with the right one.
func Check(b compute.Backend) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	exec, err := graph.NewExec(b, func(a, b *graph.Node) *graph.Node { return graph.MatMul(a, b) })
	if err != nil {
		return err
	}
	defer exec.Finalize()
	out, err := exec.Call([][]float32{{1, 2}, {3, 4}}, [][]float32{{5, 6}, {7, 8}})
	if err != nil {
		return err
	}
	want, got := []float32{19, 22, 43, 50}, tensors.MustCopyFlatData[float32](out[0])
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			return fmt.Errorf("it computes %v, not %v", got, want)
		}
	}
	return nil
}
