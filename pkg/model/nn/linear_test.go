package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// With bfloat16 matrices the gradients are sums of products of bfloat16 numbers;
// the weight's gradient is not rounded itself. Recomputing activations changes none
// of it.
func TestLinearGradients(t *testing.T) {
	const rows, length, in, out = 3, 5, 7, 4
	rng := rand.New(rand.NewPCG(1, 2))
	normal := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	x, weight, adjoint := normal(rows*length*in), normal(out*in), normal(rows*length*out)
	round := func(x float32) float32 { return bfloat16.FromFloat32(x).Float32() }
	wantX, wantWeight := make([]float32, len(x)), make([]float32, len(weight))
	for i := range rows * length {
		for j := range out {
			dy := round(adjoint[i*out+j])
			for k := range in {
				wantX[i*in+k] += dy * round(weight[j*in+k])
				wantWeight[j*in+k] += dy * round(x[i*in+k])
			}
		}
	}
	for i, v := range wantX {
		wantX[i] = round(v)
	}

	for name, machine := range machines(t) {
		for _, again := range []bool{false, true} {
			exec, err := NewExec(machine, func(given []*Node) []*Node {
				h := ConvertDType(given[0], dtypes.BFloat16)
				if again {
					h = h.Checkpoint()
				}
				y := Linear(h, given[1], nil, model.Options{})
				if again {
					y = y.StopCheckpoint()
				}
				sum := ReduceAllSum(Mul(toFloat32(y), given[2]))
				both := Gradient(sum, given[0], given[1])
				return append(both, Gradient(sum, given[1])...)
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := exec.Exec(tensors.FromFlatDataAndDimensions(x, rows, length, in),
				tensors.FromFlatDataAndDimensions(weight, out, in), tensors.FromFlatDataAndDimensions(adjoint, rows, length, out))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range [][]float32{wantX, wantWeight, wantWeight} {
				values, err := tensors.CopyFlatData[float32](got[i])
				if err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%s, recomputed %v: of the %s", name, again, []string{"input", "weight", "weight alone"}[i])
				// A sum of a few float32 products differs by its order; of the
				// input's gradient such a difference may change a rounding.
				if off, most := distance(values, want), []float64{1e-3, 1e-6, 1e-6}[i]; !(off <= most) {
					t.Errorf("%s: off by %.2g of its size", what, off)
				}
				if i == 0 && slices.ContainsFunc(values, func(v float32) bool { return v != round(v) }) {
					t.Errorf("%s: not of the products' dtype", what)
				}
			}
		}
	}
}
