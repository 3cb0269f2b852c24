package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// GatedLinear is act(u)·g, where (u, g) are the halves of [Linear]'s last axis:
// x is [batch, seq, in], weight [2·width, in], bias [2·width] or nil, the result
// [batch, seq, width] of x's dtype.
func GatedLinear(activation string, x, weight, bias *Node) *Node {
	if bias == nil && onGPU(x) {
		return gatedByHalves(activation, x, weight)
	}
	u, g := halves(Linear(x, weight, bias))
	return Mul(Activate(activation, u), g)
}

func halves(x *Node) (u, g *Node) {
	half := x.Shape().Dim(-1) / 2
	return SliceAxis(x, -1, AxisRangeFromStart(half)), SliceAxis(x, -1, AxisRangeToEnd(half))
}

// gatedByHalves is GatedLinear with gradients of its own: products with the
// halves' gradients. Those that are derived want them side by side, and XLA puts
// them there in a kernel that computes both at every place, or in two kernels
// and two copies.
func gatedByHalves(activation string, x, weight *Node) *Node {
	last, width := x.Rank()-1, weight.Shape().Dim(0)/2
	input, du, dg := x, (*Node)(nil), (*Node)(nil)
	weight, known := model.WithLateGradient(weight, func() *Node {
		return Concatenate([]*Node{transposedDot(rows(du), rows(input)), transposedDot(rows(dg), rows(input))}, 0)
	})
	rounded := ConvertDType(weight, x.DType())
	ug := StopGradient(product(x, []int{last}, nil, rounded, []int{1}, nil, x.DType()))
	u, g := halves(ug)
	h := model.WithGradient(-1, Mul(Activate(activation, u), g), []*Node{x, ug}, func(_ *Node, in []*Node, dh *Node) []*Node {
		input = in[0] // it and the halves may have been computed again
		u, g := halves(StopGradient(in[1]))
		activated := Activate(activation, u)
		du = Gradient(ReduceAllSum(Mul(activated, StopGradient(Mul(dh, g)))), u)[0]
		dg = Mul(dh, activated)
		back := func(d *Node, from int) *Node {
			return product(d, []int{last}, nil, SliceAxis(rounded, 0, AxisRange(from, from+width)), []int{0}, nil, x.DType())
		}
		return []*Node{Add(back(du, 0), back(dg, width)), ZerosLike(in[1])}
	})
	return known(h)
}
