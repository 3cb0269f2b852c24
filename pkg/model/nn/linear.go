// Package nn holds the pieces that the encoders are built of, as functions on
// graph nodes: linear maps, layer norm, activations, attention. Matrix products
// run in the dtype of their input; norms, activations and softmax in float32.
package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Linear is x·weightᵀ + bias, as torch's nn.Linear. x is [..., in], weight
// [out, in], bias [out] or nil; the result [..., out] has x's dtype.
func Linear(x, weight, bias *Node) *Node {
	y := linear(x, weight)
	if bias != nil {
		bias = ConvertDType(bias, x.DType())
		y = Add(y, ExpandLeftToRank(bias, y.Rank()))
	}
	return y
}

// linear is x·weightᵀ. GoMLX derives the gradients of a product of rounded
// matrices as products in float32, at half their speed and less on machines
// that multiply bfloat16: here they are products of rounded matrices as well,
// as in torch's autocast, but the weight's is not rounded once more.
func linear(x, weight *Node) *Node {
	last := x.Rank() - 1
	if x.DType() == dtypes.Float32 {
		return product(x, []int{last}, nil, ConvertDType(weight, x.DType()), []int{1}, nil, x.DType())
	}
	input, dy := x, (*Node)(nil) // dy is known when y's gradient has been derived
	weight, known := model.WithLateGradient(weight, func() *Node { return transposedDot(rows(dy), rows(input)) })
	rounded := ConvertDType(weight, x.DType())
	y := product(x, []int{last}, nil, rounded, []int{1}, nil, x.DType())
	y = model.WithGradient(-1, y, []*Node{x}, func(_ *Node, in []*Node, dy *Node) []*Node {
		input = in[0] // which may have been computed again
		return []*Node{product(dy, []int{last}, nil, rounded, []int{0}, nil, x.DType())}
	})
	return IdentityWithCustomGradient(known(y), func(_, adjoint *Node) *Node {
		dy = adjoint
		return adjoint
	})
}

// rows is x with all axes but the last as one.
func rows(x *Node) *Node { return Reshape(x, -1, x.Shape().Dim(-1)) }
