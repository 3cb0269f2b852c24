package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
)

// The loss, and its gradients by hand, are those of its definition: in one
// block and in several, with and without a bias, float32 and bfloat16, and
// with a factor on it.
func TestMaskedLMLoss(t *testing.T) {
	check := func(name string, machine compute.Backend, rows ...int) {
		for _, n := range rows {
			for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.BFloat16} {
				for _, bias := range []bool{true, false} {
					want := lossAndGradients(t, machine, PlainMaskedLMLoss, n, dtype, bias)
					got := lossAndGradients(t, machine, MaskedLMLoss, n, dtype, bias)
					for i, what := range []string{"sum", "count", "correct", "of the hidden states", "of the decoder", "of the bias"}[:len(want)] {
						tolerance := 1e-5
						if dtype == dtypes.BFloat16 {
							tolerance = 1e-2 // a rounding is 2⁻⁹, and one more in the gradients
						}
						if off := distance(got[i], want[i]); !(off <= tolerance) {
							t.Errorf("%s, %d rows, %s, bias %v: %s: off by %.2g of its size", name, n, dtype, bias, what, off)
						}
					}
				}
			}
		}
	}
	both := machines(t)
	for name, machine := range both {
		check(name, machine, 5, mostRows, 2*mostRows+3)
	}
	asOnGPU(t, true)
	check("as on a GPU", both["the backend"], 5, mostRowsOnGPU+3)
}

// Without gradients the loss is the same, and several blocks compute no product
// but their scores.
func TestMaskedLMLossValue(t *testing.T) {
	machine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	asOnGPU(t, false)
	const n, width, vocab = 2*mostRows + 3, 16, 97
	given := func(g *Graph) (d model.Decoder, labels, weights *Node) {
		wave := func(dims ...int) *Node { return Sin(IotaFull(g, shapes.Make(dtypes.Float32, dims...))) }
		labels = ModScalar(Iota(g, shapes.Make(dtypes.Int32, n), 0), vocab)
		return model.Decoder{X: wave(n, width), Weight: wave(vocab, width), Bias: wave(vocab)}, labels, Abs(wave(n))
	}
	tallies := func(loss lossFunc) []float32 {
		exec, err := NewExec(machine, func(g *Graph) *Node {
			sum, count, correct := loss(given(g))
			return Stack([]*Node{sum, count, correct}, 0)
		})
		if err != nil {
			t.Fatal(err)
		}
		return values(t, exec)[0]
	}
	got, want := tallies(MaskedLMLossValue), tallies(PlainMaskedLMLoss)
	for i, what := range []string{"sum", "count", "correct"} {
		if off := distance(got[i:i+1], want[i:i+1]); !(off <= 1e-5) {
			t.Errorf("%s: %v, not %v", what, got[i], want[i])
		}
	}
	products := 0
	g := NewGraph(machine, "value")
	MaskedLMLossValue(given(g))
	for _, node := range g.Nodes() {
		if node.Type() == NodeTypeDotGeneral {
			products++
		}
	}
	if products != 3 {
		t.Errorf("%d products for 3 blocks of scores", products)
	}
}

// asOnGPU computes, from here on in the test, what a GPU would, or would not.
func asOnGPU(t *testing.T, gpu bool) {
	before := onGPU
	onGPU = func(*Node) bool { return gpu }
	t.Cleanup(func() { onGPU = before })
}

// machines returns the backend in use and GoMLX's own.
func machines(t *testing.T) map[string]compute.Backend {
	t.Helper()
	ours, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	golang, err := backend.OpenNamed(backend.Default)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]compute.Backend{"the backend": ours, "Go": golang}
}

type lossFunc func(d model.Decoder, labels, weights *Node) (sum, count, correct *Node)

// lossAndGradients returns sum, count, correct, and the gradients of three times
// the sum, for random inputs that are always the same. Some labels are sure to
// be found, some rows have no weight.
func lossAndGradients(t *testing.T, machine compute.Backend, loss lossFunc, n int, dtype dtypes.DType, bias bool) [][]float32 {
	t.Helper()
	const width, vocab = 16, 97
	rng := rand.New(rand.NewPCG(1, 2))
	normal := func(size int, scale float64) []float32 {
		out := make([]float32, size)
		for i := range out {
			out[i] = float32(scale * rng.NormFloat64())
		}
		return out
	}
	x, weight, offset := normal(n*width, 1), normal(vocab*width, 0.5), normal(vocab, 0.5)
	labels, weights := make([]int32, n), make([]float32, n)
	for i := range labels {
		labels[i], weights[i] = rng.Int32N(vocab), float32(rng.IntN(3))/2
	}
	for i := range min(n, 3) { // as good as certain, where a rounded softmax minus one would be noise
		for k := range width {
			x[i*width+k] = 3 * weight[int(labels[i])*width+k]
		}
	}
	exec, err := NewExec(machine, func(in []*Node) []*Node {
		d := model.Decoder{X: ConvertDType(in[0], dtype), Weight: in[1]}
		with := in[:2]
		if bias {
			d.Bias, with = in[2], in[:3]
		}
		sum, count, correct := loss(d, in[3], in[4])
		return append([]*Node{sum, count, correct}, Gradient(MulScalar(sum, 3), with...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return values(t, exec,
		tensors.FromFlatDataAndDimensions(x, n, width), tensors.FromFlatDataAndDimensions(weight, vocab, width), tensors.FromValue(offset), labels, weights)
}

// values runs a program and gives its results' numbers.
func values(t *testing.T, exec *Exec, inputs ...any) [][]float32 {
	t.Helper()
	outputs, err := exec.Exec(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, output := range outputs {
		flat, err := tensors.CopyFlatData[float32](output)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, flat)
	}
	return all
}

// distance returns the norm of a-b over that of b.
func distance(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var apart, size float64
	for i := range a {
		apart += math.Pow(float64(a[i]-b[i]), 2)
		size += math.Pow(float64(b[i]), 2)
	}
	return math.Sqrt(apart / size)
}
