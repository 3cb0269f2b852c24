package train

import (
	"math"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
)

// AdamW is Adam with decoupled weight decay, after clipping of the gradient by its
// global L2 norm. It computes torch.optim.AdamW and torch.nn.utils.clip_grad_norm_
// in their order of operations.
type AdamW struct {
	Beta1, Beta2 float64
	Eps          float64 // added to the square root of the bias-corrected second moment
	WeightDecay  float64
	Clip         float64 // the norm that gradients are clipped to; 0: not clipped
}

// Decayed reports whether weight decay applies to a weight: to all but those whose
// names contain "bias" or "LayerNorm.weight". ModernBERT's norms are called norm, so
// they are decayed, as in the authors' run.
func Decayed(name string) bool {
	return !strings.Contains(name, "bias") && !strings.Contains(name, "LayerNorm.weight")
}

// factors returns the scalars of update t, from 1, computed in float64 on the host:
// 1 - lr·decay, the step size lr/(1-beta1^t), and sqrt(1-beta2^t).
func (a AdamW) factors(t int, lr float64, decayed bool) []float32 {
	decay := 1.0
	if decayed {
		decay = 1 - lr*a.WeightDecay
	}
	return []float32{
		float32(decay),
		float32(lr / (1 - math.Pow(a.Beta1, float64(t)))),
		float32(math.Sqrt(1 - math.Pow(a.Beta2, float64(t)))),
	}
}

// update returns one weight and its moments after an update. factors is [3], scale
// the scalar that clips the gradient; the others have the weight's shape.
func (a AdamW) update(weight, m, v, gradient, scale, factors *Node) []*Node {
	factor := func(i int) *Node { return Reshape(Slice(factors, AxisElem(i))) }
	gradient = Mul(gradient, scale)
	weight = Mul(weight, factor(0))
	m = Add(m, MulScalar(Sub(gradient, m), 1-a.Beta1))
	v = Add(MulScalar(v, a.Beta2), MulScalar(Mul(gradient, gradient), 1-a.Beta2))
	denominator := AddScalar(Div(Sqrt(v), factor(2)), a.Eps)
	weight = Sub(weight, Mul(factor(1), Div(m, denominator)))
	return []*Node{weight, m, v}
}

// norm returns the global L2 norm of the gradients, a scalar. It sums rows before
// their sums, which keeps float32 sums short.
func norm(gradients []*Node) *Node {
	var sum *Node
	for _, g := range gradients {
		square := Mul(g, g)
		for square.Rank() > 0 {
			square = ReduceSum(square, -1)
		}
		if sum == nil {
			sum = square
		} else {
			sum = Add(sum, square)
		}
	}
	return Sqrt(sum)
}

// clipScale returns min(1, clip/(norm+1e-6)), which multiplies the gradients.
func (a AdamW) clipScale(norm *Node) *Node {
	one := ScalarOne(norm.Graph(), norm.DType())
	if a.Clip == 0 {
		return one
	}
	return Min(one, Div(MulScalar(one, a.Clip), AddScalar(norm, 1e-6)))
}
