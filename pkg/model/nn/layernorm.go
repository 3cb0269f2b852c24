package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	gomlxnn "github.com/gomlx/gomlx/ml/nn"

	"llmjp.internal/modernbert/pkg/model"
)

// LayerNorm normalises the last axis in float32. weight and bias are [hidden];
// bias may be nil.
//
// It has gradients of its own: those that are derived sum each row a second
// time, for what is zero but for rounding, and read x three times. With u the
// rows of mean 0 and variance 1, r their 1/√(variance + eps) and g = dy·weight:
//
//	dx      = r·(g - mean(g) - u·mean(g·u))
//	dweight = Σ dy·u
func LayerNorm(x, weight, bias *Node, eps float64) *Node {
	x = ConvertDType(x, dtypes.Float32)
	last := x.Rank() - 1
	input, dy, u, r := x, (*Node)(nil), (*Node)(nil), (*Node)(nil)
	normalise := func() { // again, for the gradients
		if u == nil {
			mean := ReduceAndKeep(input, ReduceMean, last)
			centred := Sub(input, mean)
			r = Inverse(Sqrt(AddScalar(ReduceAndKeep(Square(centred), ReduceMean, last), eps)))
			if onGPU(x) { // else XLA sums the rows in every kernel that wants u
				both := OptimizationBarriers(mean, r)
				centred, r = Sub(input, both[0]), both[1]
			}
			u = Mul(centred, r)
		}
	}
	weight, known := model.WithLateGradient(weight, func() *Node {
		normalise()
		return ReduceSum(rows(Mul(dy, u)), 0)
	})
	y := gomlxnn.LayerNorm(x, []int{last}, eps, weight, nil, nil)
	y = model.WithGradient(-1, y, []*Node{x}, func(_ *Node, in []*Node, dy *Node) []*Node {
		input = in[0] // which may have been computed again
		normalise()
		g := Mul(dy, ExpandLeftToRank(weight, dy.Rank()))
		mean := func(x *Node) *Node { return ReduceAndKeep(x, ReduceMean, last) }
		return []*Node{Mul(r, Sub(Sub(g, mean(g)), Mul(u, mean(Mul(g, u)))))}
	})
	// The last node is a plain one: GoMLX's checkpoints take the gradient from one
	// that has its own.
	y = known(IdentityWithCustomGradient(y, func(_, adjoint *Node) *Node {
		dy = adjoint
		return adjoint
	}))
	if bias != nil {
		y = Add(y, ExpandLeftToRank(bias, y.Rank()))
	}
	return y
}
