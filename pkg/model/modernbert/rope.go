package modernbert

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// rope holds the cosines and sines of a sequence's rotary angles, float32
// whatever the compute dtype: in bfloat16 an angle of 1,000 radians would be
// wrong by more than one.
type rope struct{ cos, sin *Node } // [seq, headDim/2]

// newRope holds the cosines and sines of the angles position·theta^(-2i/headDim)
// as constants. Computed in the graph, XLA would fuse them into every use and
// compute them again for all rows, heads and layers, a call of the C library
// for each.
func newRope(g *Graph, seq, headDim int, theta float64) rope {
	half, frequencies := headDim/2, inverseFrequencies(headDim, theta)
	cos, sin := make([]float32, seq*half), make([]float32, seq*half)
	for position := range seq {
		for i, frequency := range frequencies {
			angle := float64(float32(position) * frequency) // rounded as torch rounds it
			cos[position*half+i], sin[position*half+i] = float32(math.Cos(angle)), float32(math.Sin(angle))
		}
	}
	table := func(values []float32) *Node {
		return ConstTensor(g, tensors.FromFlatDataAndDimensions(values, seq, half))
	}
	return rope{cos: table(cos), sin: table(sin)}
}

// inverseFrequencies rounds every step to float32, as torch does: at position
// 8,000 one unit in the last place of a frequency already shows.
func inverseFrequencies(headDim int, theta float64) []float32 {
	frequencies := make([]float32, headDim/2)
	for i := range frequencies {
		exponent := float32(2*i) / float32(headDim)
		frequencies[i] = 1 / float32(math.Pow(theta, float64(exponent)))
	}
	return frequencies
}

// rotate turns the pairs (i, i+headDim/2) of every head by their angles. x is
// [batch, heads, seq, headDim]; so is the result, in x's dtype. Its gradient
// is turned back.
func (r rope) rotate(x *Node) *Node {
	var dy *Node
	x, known := model.WithLateGradient(x, func() *Node { return r.turn(dy, Neg(r.sin)) })
	return IdentityWithCustomGradient(known(StopGradient(r.turn(x, r.sin))), func(_, adjoint *Node) *Node {
		dy = adjoint
		return adjoint
	})
}

// turn is x·cos + x'·sin, where x' are the halves of the last axis exchanged,
// and of sin the first half is taken off.
func (r rope) turn(x, sin *Node) *Node {
	dtype, dims := x.DType(), x.Shape().Dimensions
	half := dims[3] / 2
	pairs := Reshape(ConvertDType(x, dtypes.Float32), dims[0], dims[1], dims[2], 2, half)
	exchanged := Reverse(pairs, 3)
	both := func(first, second *Node) *Node { // [1, 1, seq, 2, half]
		return Reshape(Stack([]*Node{first, second}, 1), 1, 1, dims[2], 2, half)
	}
	turned := Add(Mul(pairs, both(r.cos, r.cos)), Mul(exchanged, both(Neg(sin), sin)))
	return ConvertDType(Reshape(turned, dims...), dtype)
}
