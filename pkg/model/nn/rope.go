package nn

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// A Rope holds the cosines and sines of the rotary angles
// position·frequency, [seq, headDim/2] float32 whatever the compute
// dtype: in bfloat16 an angle of 1,000 radians would be off by more than one.
type Rope struct {
	Cos, Sin *Node
	plain    bool
}

// NewRope computes the angles' cosines and sines on the host, as constants of
// the graph. Computed in the graph, XLA would fuse them into every use and
// compute them again for all rows, heads and layers, a call of the C library
// for each. Both are multiplied by scale, which is 1 but for some ways to stretch
// the frequencies.
func NewRope(g *Graph, seq int, frequencies []float32, scale float32, opt model.Options) Rope {
	half := len(frequencies)
	cos, sin := make([]float32, seq*half), make([]float32, seq*half)
	for position := range seq {
		for i, frequency := range frequencies {
			angle := float64(float32(position) * frequency) // rounded as torch rounds it
			cos[position*half+i], sin[position*half+i] = scale*float32(math.Cos(angle)), scale*float32(math.Sin(angle))
		}
	}
	table := func(values []float32) *Node {
		return ConstTensor(g, tensors.FromFlatDataAndDimensions(values, seq, half))
	}
	return Rope{Cos: table(cos), Sin: table(sin), plain: opt.Plain}
}

// Frequencies returns theta^(-2i/headDim) for i from 0 to headDim/2-1, in radians
// a position. It rounds every step to float32, as torch does: at position 8,000
// one unit in the last place of a frequency already shows.
func Frequencies(headDim int, theta float64) []float32 {
	frequencies := make([]float32, headDim/2)
	for i := range frequencies {
		exponent := float32(2*i) / float32(headDim)
		frequencies[i] = 1 / float32(math.Pow(theta, float64(exponent)))
	}
	return frequencies
}

// Rotate computes [PlainRotate] with a gradient of its own: the adjoint rotated
// by the opposite angle. x and the result are [batch, heads, seq, headDim].
func (r Rope) Rotate(x *Node) *Node {
	if r.plain {
		return PlainRotate(x, r.Cos, r.Sin)
	}
	var dy *Node
	x, known := model.WithLateGradient(x, func() *Node { return r.turn(dy, Neg(r.Sin)) })
	return IdentityWithCustomGradient(known(StopGradient(r.turn(x, r.Sin))), func(_, adjoint *Node) *Node {
		dy = adjoint
		return adjoint
	})
}

// turn rotates each pair (a, b) to (a·cos - b·sin, b·cos + a·sin): it multiplies
// (a, b) by (cos, cos) and (b, a) by (-sin, sin), so that nothing is sliced.
func (r Rope) turn(x, sin *Node) *Node {
	dtype, dims := x.DType(), x.Shape().Dimensions
	half := dims[3] / 2
	pairs := Reshape(ConvertDType(x, dtypes.Float32), dims[0], dims[1], dims[2], 2, half)
	swapped := Reverse(pairs, 3)
	both := func(first, second *Node) *Node { // [1, 1, seq, 2, half]
		return Reshape(Stack([]*Node{first, second}, 1), 1, 1, dims[2], 2, half)
	}
	rotated := Add(Mul(pairs, both(r.Cos, r.Cos)), Mul(swapped, both(Neg(sin), sin)))
	return ConvertDType(Reshape(rotated, dims...), dtype)
}
