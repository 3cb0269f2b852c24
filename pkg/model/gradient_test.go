package model_test

import (
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
)

// run computes a program without inputs on GoMLX's Go backend.
func run(t *testing.T, program func(g *Graph) []*Node) [][]float32 {
	t.Helper()
	b, err := backend.OpenNamed(backend.Default)
	if err != nil {
		t.Fatal(err)
	}
	exec, err := NewExec(b, program)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := exec.Exec()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, output := range outputs {
		all = append(all, tensors.MustCopyFlatData[float32](output))
	}
	return all
}

// What late gradients rest on: GoMLX's autodiff derives nodes from the last made to
// the first, each once, one whose adjoint is zero too, and none behind
// StopGradient. An upgrade that changes this fails here first.
func TestAutodiffOrder(t *testing.T) {
	for _, recomputed := range []bool{false, true} {
		var order []string
		got := run(t, func(g *Graph) []*Node {
			order = nil
			seen := func(name string, x *Node) *Node {
				return IdentityWithCustomGradient(x, func(_, adjoint *Node) *Node { order = append(order, name); return adjoint })
			}
			x := Const(g, []float32{2, 3})
			first := seen("first", x)
			zero := seen("zero", MulScalar(first, 0))
			stopped := seen("stopped", first)
			used := first
			if recomputed {
				used = MulScalar(first, 1).Checkpoint() // not first itself: Checkpoint would drop its gradient function
			}
			second := seen("second", Mul(used, first))
			third := seen("third", Add(second, first))
			sum := ReduceAllSum(Add(Add(third, zero), StopGradient(stopped)))
			if recomputed {
				sum = sum.StopCheckpoint()
			}
			return Gradient(sum, x)
		})
		if want := []string{"third", "second", "zero", "first"}; !slices.Equal(order, want) {
			t.Errorf("recomputed %v: derived in the order %v, want %v", recomputed, order, want)
		}
		if want := []float32{5, 7}; !slices.Equal(got[0], want) { // of x² + x
			t.Errorf("recomputed %v: gradient %v, want %v", recomputed, got[0], want)
		}
	}
}

// A late gradient replaces the derived one, is made after all that was computed
// later has been derived, and reaches x whether other inputs have gradients or not.
func TestWithLateGradient(t *testing.T) {
	for _, recomputed := range []bool{false, true} {
		got := run(t, func(g *Graph) []*Node {
			x, y := Const(g, []float32{2, 3}), Const(g, []float32{5, 7})
			var dy *Node
			value, known := model.WithLateGradient(x, func() *Node { return MulScalar(dy, 100) })
			h := y
			if recomputed {
				h = h.Checkpoint()
			}
			product := IdentityWithCustomGradient(known(Mul(value, h)), func(_, adjoint *Node) *Node {
				dy = adjoint
				return adjoint
			})
			if recomputed {
				product = product.StopCheckpoint()
			}
			sum := ReduceAllSum(MulScalar(product, 3))
			both := Gradient(sum, x, y)
			return append([]*Node{sum}, append(both, Gradient(sum, x)...)...)
		})
		for i, want := range [][]float32{{3 * (2*5 + 3*7)}, {300, 300}, {6, 9}, {300, 300}} {
			if !slices.Equal(got[i], want) {
				t.Errorf("recomputed %v: output %d (sum, of x, of y, of x alone) is %v, want %v", recomputed, i, got[i], want)
			}
		}
	}
}

// A gradient of one's own gets the function's value, inputs and adjoint and is the
// only one; known gradients are multiplied by the adjoint of the sum.
func TestOwnGradients(t *testing.T) {
	got := run(t, func(g *Graph) []*Node {
		x, y := Const(g, []float32{2, 3}), Const(g, []float32{5})
		f := model.WithGradient(0, Mul(x, x), []*Node{x, y}, func(f *Node, in []*Node, df *Node) []*Node {
			return []*Node{Mul(f, Mul(in[0], df)), MulScalar(in[1], 10)} // x³·df, and nothing that is true
		})
		own := Gradient(ReduceAllSum(MulScalar(f, 2)), x, y)
		sum := model.WithKnownGradients(ReduceAllSum(x), []*Node{x, y}, []*Node{Const(g, []float32{7, 8}), Const(g, []float32{9})})
		return slices.Concat([]*Node{f}, own, Gradient(MulScalar(sum, 2), x, y))
	})
	for i, want := range [][]float32{{4, 9}, {16, 54}, {50}, {14, 16}, {18}} {
		if !slices.Equal(got[i], want) {
			t.Errorf("output %d is %v, want %v", i, got[i], want)
		}
	}
}
