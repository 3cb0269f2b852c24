package nn

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/backend"
)

// What a GPU computes by halves is the gated map and its derived gradients,
// whether activations are kept or computed again.
func TestGatedByHalves(t *testing.T) {
	machine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	const rows, length, in, width = 2, 5, 24, 16
	plain := func(x, weight *Node) *Node {
		u, g := halves(Linear(x, weight, nil))
		return Mul(Activate("gelu", u), g)
	}
	ours := func(x, weight *Node) *Node { return gatedByHalves("gelu", x, weight) }
	again := func(x, weight *Node) *Node { return MulScalar(ours(x.Checkpoint(), weight), 1).StopCheckpoint() }
	computed := func(dtype dtypes.DType, gated func(x, weight *Node) *Node) [][]float32 {
		exec, err := NewExec(machine, func(g *Graph) []*Node {
			wave := func(frequency float64, dims ...int) *Node {
				return Sin(MulScalar(IotaFull(g, shapes.Make(dtypes.Float32, dims...)), frequency))
			}
			x, weight := wave(1.7, rows, length, in), wave(0.9, 2*width, in)
			y := float(gated(ConvertDType(x, dtype), weight))
			return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, wave(0.3, rows, length, width))), x, weight)...)
		})
		if err != nil {
			t.Fatal(err)
		}
		return values(t, exec)
	}
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.BFloat16} {
		tolerance := 1e-6
		if dtype == dtypes.BFloat16 {
			tolerance = 1e-2 // the sum of two products is rounded once more
		}
		want := computed(dtype, plain)
		for how, gated := range map[string]func(x, weight *Node) *Node{"kept": ours, "computed again": again} {
			for i, got := range computed(dtype, gated) {
				what := []string{"the result", "of the input", "of the weight"}[i]
				if off := distance(got, want[i]); !(off <= tolerance) {
					t.Errorf("%s, activations %s: %s: off by %.2g of its size", dtype, how, what, off)
				}
			}
		}
	}
}
