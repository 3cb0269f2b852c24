package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Linear computes [PlainLinear]. With bfloat16 matrices the gradients are products
// of bfloat16 matrices with float32 sums, as in torch's autocast; those of weight
// and bias are not rounded again. (GoMLX's autodiff multiplies them in float32, at
// half the speed and less on machines that multiply bfloat16.)
func Linear(x, weight, bias *Node, opt model.Options) *Node {
	if opt.Plain || x.DType() == dtypes.Float32 {
		return PlainLinear(x, weight, bias)
	}
	last := x.Rank() - 1
	input, dy := x, (*Node)(nil) // dy is set when y's gradient is derived
	weight, known := model.WithLateGradient(weight, func() *Node { return transposedDot(asMatrix(dy), asMatrix(input)) })
	rounded := ConvertDType(weight, x.DType())
	var knownBias func(*Node) *Node
	if bias != nil {
		bias, knownBias = model.WithLateGradient(bias, func() *Node { return ReduceSum(toFloat32(asMatrix(dy)), 0) })
	}
	y := linear(x, rounded, bias)
	y = model.WithGradient(-1, y, []*Node{x}, func(_ *Node, in []*Node, dy *Node) []*Node {
		input = in[0] // recomputed under activation checkpointing
		return []*Node{product(dy, []int{last}, nil, rounded, []int{0}, nil, x.DType())}
	})
	y = known(y)
	if bias != nil {
		y = knownBias(y)
	}
	return IdentityWithCustomGradient(y, func(_, adjoint *Node) *Node {
		dy = adjoint
		return adjoint
	})
}

// linear returns x·weightᵀ + bias for x [..., in] and weight [out, in] of one
// dtype, which the result has. It adds bias, [out] float32 or nil, before it
// rounds.
func linear(x, weight, bias *Node) *Node {
	if bias == nil {
		return product(x, []int{x.Rank() - 1}, nil, weight, []int{1}, nil, x.DType())
	}
	y := product(x, []int{x.Rank() - 1}, nil, weight, []int{1}, nil, dtypes.Float32)
	return ConvertDType(addBias(y, bias), x.DType())
}

// addBias adds bias [last], nil for none, to x [..., last], both float32.
func addBias(x, bias *Node) *Node {
	if bias == nil {
		return x
	}
	return Add(x, ExpandLeftToRank(bias, x.Rank()))
}

// asMatrix merges all axes of x but the last into one.
func asMatrix(x *Node) *Node { return Reshape(x, -1, x.Shape().Dim(-1)) }
