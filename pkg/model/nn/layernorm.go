package nn

import (
	. "github.com/gomlx/gomlx/core/graph"
	gomlxnn "github.com/gomlx/gomlx/ml/nn"

	"llmjp.internal/modernbert/pkg/model"
)

// LayerNorm computes [PlainLayerNorm] with gradients of its own: autodiff sums
// each row a second time, to a number that is zero but for rounding, and reads x
// three times. With u = (x - mean)·r, r = 1/√(variance + eps) and g = dy·weight:
//
//	dx      = r·(g - mean(g) - u·mean(g·u))
//	dweight = Σ dy·u
func LayerNorm(x, weight, bias *Node, eps float64, opt model.Options) *Node {
	if opt.Plain {
		return PlainLayerNorm(x, weight, bias, eps)
	}
	x = toFloat32(x)
	last := x.Rank() - 1
	input, dy, u, r := x, (*Node)(nil), (*Node)(nil), (*Node)(nil)
	normalise := func() { // sets u and r, once for both gradients
		if u != nil {
			return
		}
		mean := ReduceAndKeep(input, ReduceMean, last)
		centred := Sub(input, mean)
		r = Inverse(Sqrt(AddScalar(ReduceAndKeep(Square(centred), ReduceMean, last), eps)))
		if onGPU(x) { // else XLA sums the rows in every kernel that reads u
			both := OptimizationBarriers(mean, r)
			centred, r = Sub(input, both[0]), both[1]
		}
		u = Mul(centred, r)
	}
	weight, known := model.WithLateGradient(weight, func() *Node {
		normalise()
		return ReduceSum(asMatrix(Mul(dy, u)), 0)
	})
	y := gomlxnn.LayerNorm(x, []int{last}, eps, weight, nil, nil)
	y = model.WithGradient(-1, y, []*Node{x}, func(_ *Node, in []*Node, dy *Node) []*Node {
		input = in[0] // recomputed under activation checkpointing
		normalise()
		g := Mul(dy, ExpandLeftToRank(weight, dy.Rank()))
		mean := func(x *Node) *Node { return ReduceAndKeep(x, ReduceMean, last) }
		return []*Node{Mul(r, Sub(Sub(g, mean(g)), Mul(u, mean(Mul(g, u)))))}
	})
	// known's node comes last: a GoMLX checkpoint drops the gradient function of
	// the node that it marks.
	y = known(IdentityWithCustomGradient(y, func(_, adjoint *Node) *Node {
		dy = adjoint
		return adjoint
	}))
	return addBias(y, bias)
}
