package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// An operation has a plain and a fast form, chosen by its options. Its inputs are
// drawn from a standard normal; the first is rounded to the compute dtype.
type operation struct {
	name   string
	inputs [][]int // shapes; those of rank 4 are rounded, too
	build  func(in []*Node, opt model.Options) *Node
	// padded is whether positions (third axis) from the rows' lengths on mean nothing.
	padded bool
}

const (
	testRows, testHeads, testWidth = 2, 3, 8
	testSeq                        = 150 // more than two blocks of 64
)

// testLengths returns the attended positions of the rows.
func testLengths(g *Graph) *Node { return Const(g, []int32{testSeq, 70}) }

func operations() []operation {
	x, heads := []int{2, 5, 24}, []int{testRows, testHeads, testSeq, testWidth}
	all := []operation{
		{name: "layer norm", inputs: [][]int{x, {24}, {24}}, build: func(in []*Node, opt model.Options) *Node {
			return LayerNorm(AddScalar(in[0], 3), in[1], in[2], 1e-5, opt)
		}},
		{name: "linear", inputs: [][]int{x, {16, 24}, {16}}, build: func(in []*Node, opt model.Options) *Node {
			return Linear(in[0], in[1], in[2], opt)
		}},
		{name: "gated linear", inputs: [][]int{x, {32, 24}}, build: func(in []*Node, opt model.Options) *Node {
			return GatedLinear("gelu", in[0], in[1], nil, opt)
		}},
		{name: "gated linear with bias", inputs: [][]int{x, {32, 24}, {32}}, build: func(in []*Node, opt model.Options) *Node {
			return GatedLinear("silu", in[0], in[1], in[2], opt)
		}},
		{name: "rotation", inputs: [][]int{heads}, build: func(in []*Node, opt model.Options) *Node {
			return NewRope(in[0].Graph(), testSeq, Frequencies(testWidth, 100), 1, opt).Rotate(in[0])
		}},
	}
	for _, way := range []string{"scores", "blocks"} {
		all = append(all, operation{name: "global attention by " + way, inputs: [][]int{heads, heads, heads}, padded: true, build: func(in []*Node, opt model.Options) *Node {
			opt.Attention = way
			return Global(in[0], in[1], in[2], testLengths(in[0].Graph()), opt, nil, 0)
		}})
	}
	for _, window := range []int{8, 50} { // by blocks, and one block for the whole row
		all = append(all, operation{name: fmt.Sprintf("local attention of %d", window), inputs: [][]int{heads, heads, heads}, padded: true, build: func(in []*Node, opt model.Options) *Node {
			opt.Attention = "scores"
			return (&Local{Window: window, Lengths: testLengths(in[0].Graph()), Options: opt}).Attend(in[0], in[1], in[2])
		}})
	}
	return all
}

// compute returns the operation's result and the gradients of a weighted sum of it
// with respect to all inputs. recomputed puts it between checkpoints.
func (o operation) compute(t *testing.T, machine compute.Backend, dtype dtypes.DType, opt model.Options, recomputed bool) [][]float32 {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	given := make([]any, len(o.inputs))
	for i, dims := range o.inputs {
		flat := make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
		for k := range flat {
			flat[k] = float32(random.NormFloat64())
		}
		given[i] = tensors.FromFlatDataAndDimensions(flat, dims...)
	}
	exec, err := NewExec(machine, func(in []*Node) []*Node {
		rounded := append([]*Node(nil), in...)
		for i, x := range in {
			if i == 0 || x.Rank() == 4 {
				rounded[i] = ConvertDType(x, dtype)
			}
			if recomputed && i == 0 {
				rounded[0] = rounded[0].Checkpoint()
			}
		}
		y := o.build(rounded, opt)
		if recomputed {
			y = MulScalar(y.Checkpoint(), 1).StopCheckpoint()
		}
		y = toFloat32(y)
		if o.padded {
			meant := Reshape(attended(testLengths(y.Graph()), testSeq), testRows, 1, testSeq, 1)
			y = Where(BroadcastToDims(meant, y.Shape().Dimensions...), y, ZerosLike(y))
		}
		weights := Sin(MulScalar(IotaFull(y.Graph(), y.Shape()), math.E))
		return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, weights)), in...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return values(t, exec, given...)
}

// The fast operations compute the plain ones and their derived gradients, whether
// activations are kept or recomputed. In bfloat16 they are at most one and a half
// times as far from the plain result in float32 as the plain operation in bfloat16.
func TestFastIsPlain(t *testing.T) {
	check := func(name string, machine compute.Backend, all []operation) {
		for _, o := range all {
			exact := o.compute(t, machine, dtypes.Float32, model.Options{Plain: true}, false)
			rounded := o.compute(t, machine, dtypes.BFloat16, model.Options{Plain: true}, false)
			for _, recomputed := range []bool{false, true} {
				for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.BFloat16} {
					for i, got := range o.compute(t, machine, dtype, model.Options{}, recomputed) {
						tolerance := 2e-6
						if dtype == dtypes.BFloat16 {
							tolerance += 1.5 * distance(rounded[i], exact[i])
						}
						if off := distance(got, exact[i]); !(off <= tolerance) {
							t.Errorf("%s, %s, %s, recomputed %v: output %d (0: the result, i: input i's gradient) is off by %.2g of its size, allowed is %.2g",
								name, o.name, dtype, recomputed, i, off, tolerance)
						}
					}
				}
			}
		}
	}
	both := machines(t)
	for name, machine := range both {
		check(name, machine, operations())
	}
	asOnGPU(t, true)
	onlyGPU := slices.DeleteFunc(operations(), func(o operation) bool { return o.name != "layer norm" && o.name != "gated linear" })
	check("as on a GPU", both["the backend"], onlyGPU)
}

// The plain operations compute numbers that were worked out by hand.
func TestPlainByHand(t *testing.T) {
	for name, machine := range machines(t) {
		exec, err := NewExec(machine, func(g *Graph) []*Node {
			x, nothing := Const(g, [][]float32{{1, 3}}), (*Node)(nil)
			head := func(rows ...[]float32) *Node { return InsertAxes(Const(g, rows), 0, 0) }
			q, k := head([]float32{1, 0}, []float32{0, 1}, []float32{0, 0}), head([]float32{0, 0}, []float32{float32(math.Log(3)), 0}, []float32{0, 0})
			v := head([]float32{4, 0}, []float32{0, 4}, []float32{8, 8})
			return []*Node{
				PlainLinear(x, Const(g, [][]float32{{1, 1}, {2, 0}}), Const(g, []float32{0, 5})),
				PlainLayerNorm(x, Const(g, []float32{2, 3}), Const(g, []float32{0, 1}), 0),
				PlainGatedLinear("relu", x, Const(g, [][]float32{{1, 0}, {-1, 0}, {0, 1}, {0, 1}}), nothing),
				PlainRotate(head([]float32{1, 2}), Const(g, [][]float32{{0}}), Const(g, [][]float32{{1}})), // by 90 degrees
				PlainAttention(q, k, v, Allowed(Const(g, []int32{2}), 3, -1), nil, 0),
				PlainAttention(q, k, v, Allowed(Const(g, []int32{3}), 3, 1), nil, 0),
				CrossEntropy(Const(g, [][]float32{{0, float32(math.Log(3))}, {200, -200}}), Const(g, []int32{1, 1})),
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		got := values(t, exec)
		for i, want := range [][]float32{
			{4, 7}, {-2, 4}, {3, 0}, {-2, 1},
			{1, 3, 2, 2, 2, 2},               // keys 0 and 1 only: weights 1/4 and 3/4 for the first query, halves for the others
			{1, 3, 4, 4, 4, 6},               // a window of 1: the first query does not see key 2, the last not key 0
			{float32(math.Log(4. / 3)), 400}, // -log(3/4), and no overflow
		} {
			if off := distance(got[i], want); !(off <= 1e-6) {
				t.Errorf("%s: output %d is %v, want %v", name, i, got[i], want)
			}
		}
	}
}
