package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/backend/kind"
	"llmjp.internal/modernbert/pkg/model"
)

// On a GPU the fused attention and its gradients are those of the products and
// softmax in float32, up to bfloat16's rounding; padding is finite and has no
// gradient, in a row without a token, too.
func TestFlash(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	if backend.Kind(b) != kind.CUDA {
		t.Skip("no GPU")
	}
	const heads, seq, width = 2, 320, 64
	lengths := []int32{seq, 70, 1, 0}
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() *tensors.Tensor {
		flat := make([]float32, len(lengths)*heads*seq*width)
		for i := range flat {
			flat[i] = float32(random.NormFloat64())
		}
		return tensors.FromFlatDataAndDimensions(flat, len(lengths), heads, seq, width)
	}
	inputs := []any{draw(), draw(), draw(), draw(), tensors.FromValue(lengths)}
	compute := func(local bool, attention string, dtype dtypes.DType) [][]float32 {
		exec, err := NewExec(b, func(in []*Node) []*Node {
			rounded := make([]*Node, 3)
			for i, x := range in[:3] {
				rounded[i] = ConvertDType(ConvertDType(x, dtypes.BFloat16), dtype)
			}
			rounded[0] = MulScalar(rounded[0], 0.125) // exact in bfloat16
			var out *Node
			if opt := (model.Options{Attention: attention}); local {
				out = (&Local{Window: 64, Lengths: in[4], Options: opt}).Attend(rounded[0], rounded[1], rounded[2])
			} else {
				out = Global(rounded[0], rounded[1], rounded[2], in[4], opt, nil, 0)
			}
			weight := Where(BroadcastToDims(Reshape(attended(in[4], seq), -1, 1, seq, 1), out.Shape().Dimensions...), in[3], ZerosLike(in[3]))
			grads := Gradient(ReduceAllSum(Mul(toFloat32(out), weight)), rounded...)
			for i, g := range grads {
				grads[i] = toFloat32(g)
			}
			return append([]*Node{toFloat32(out)}, grads...)
		})
		if err != nil {
			t.Fatal(err)
		}
		return values(t, exec, inputs...)
	}
	for _, local := range []bool{false, true} {
		name := map[bool]string{false: "global", true: "local"}[local]
		want, got, products := compute(local, "scores", dtypes.Float32), compute(local, "flash", dtypes.BFloat16), compute(local, "scores", dtypes.BFloat16)
		if !slices.Equal(got[0], compute(local, "", dtypes.BFloat16)[0]) {
			t.Errorf("%s: flash is not what is chosen in bfloat16", name)
		}
		for k, what := range []string{"the result", "q's gradient", "k's gradient", "v's gradient"} {
			var off, rounding, norm float64
			bad := 0
			for i, x := range got[k] {
				row, position := i/(heads*seq*width), i/width%seq
				switch inside := position < int(lengths[row]); {
				case math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) || !inside && k > 0 && x != 0:
					if bad++; bad == 1 {
						t.Errorf("%s: %s is %g in row %d at %d", name, what, x, row, position)
					}
				case inside:
					y := float64(want[k][i])
					off += (float64(x) - y) * (float64(x) - y)
					rounding += (float64(products[k][i]) - y) * (float64(products[k][i]) - y)
					norm += y * y
				}
			}
			t.Logf("%s: %s: off by %.2g of its norm, products of bfloat16 by %.2g; %d bad", name, what, math.Sqrt(off/norm), math.Sqrt(rounding/norm), bad)
			if off > 1e-4*norm { // a hundredth of the norm
				t.Errorf("%s: %s is off by %.2g of its norm", name, what, math.Sqrt(off/norm))
			}
		}
	}
}
