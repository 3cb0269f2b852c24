package nn

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// The norm and its gradients are those that follow from its definition, whether
// activations are computed again or not.
func TestLayerNorm(t *testing.T) {
	const rows, length, width, eps = 2, 5, 24, 1e-5
	plain := func(x, weight, bias *Node) *Node {
		mean := ReduceAndKeep(x, ReduceMean, -1)
		variance := ReduceAndKeep(Square(Sub(x, mean)), ReduceMean, -1)
		y := Mul(Div(Sub(x, mean), Sqrt(AddScalar(variance, eps))), ExpandLeftToRank(weight, 3))
		return Add(y, ExpandLeftToRank(bias, 3))
	}
	ours := func(x, weight, bias *Node) *Node { return LayerNorm(x, weight, bias, eps) }
	again := func(x, weight, bias *Node) *Node {
		x = MulScalar(ours(x.Checkpoint(), weight, bias).Checkpoint(), 1)
		return x.StopCheckpoint()
	}
	computed := func(machine compute.Backend, norm func(x, weight, bias *Node) *Node) [][]float32 {
		exec, err := NewExec(machine, func(g *Graph) []*Node {
			wave := func(frequency float64, dims ...int) *Node {
				return Sin(MulScalar(IotaFull(g, shapes.Make(dtypes.Float32, dims...)), frequency))
			}
			x, weight, bias := AddScalar(wave(1.7, rows, length, width), 3), OnePlus(wave(0.9, width)), wave(0.3, width)
			y := norm(x, weight, bias)
			return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, wave(math.E, rows, length, width))), x, weight, bias)...)
		})
		if err != nil {
			t.Fatal(err)
		}
		return values(t, exec)
	}
	check := func(name string, machine compute.Backend) {
		want := computed(machine, plain)
		for how, norm := range map[string]func(x, weight, bias *Node) *Node{"kept": ours, "computed again": again} {
			for i, got := range computed(machine, norm) {
				what := []string{"the norm", "of the input", "of the weight", "of the bias"}[i]
				if off := distance(got, want[i]); !(off <= 2e-6) {
					t.Errorf("%s, activations %s: %s: off by %.2g of its size", name, how, what, off)
				}
			}
		}
	}
	both := machines(t)
	for name, machine := range both {
		check(name, machine)
	}
	asOnGPU(t, true)
	check("as on a GPU", both["the backend"])
}
