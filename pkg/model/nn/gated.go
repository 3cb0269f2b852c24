package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// GatedLinear computes [PlainGatedLinear]; on a GPU, where there is no bias,
// with gradients of its own.
func GatedLinear(activation string, x, weight, bias *Node, opt model.Options) *Node {
	switch {
	case opt.Plain:
		return PlainGatedLinear(activation, x, weight, bias)
	case bias == nil && onGPU(x):
		return gatedByHalves(activation, x, weight)
	}
	u, g := halves(Linear(x, weight, bias, opt))
	return Mul(Activate(activation, u), g)
}

// halves returns the first and the second half of x's last axis.
func halves(x *Node) (first, second *Node) {
	half := x.Shape().Dim(-1) / 2
	return SliceAxis(x, -1, AxisRangeFromStart(half)), SliceAxis(x, -1, AxisRangeToEnd(half))
}

// gatedByHalves computes GatedLinear and multiplies the gradients of the two
// halves separately. Autodiff joins them first, and XLA spends a kernel that
// computes both at every place, or two kernels and two copies, on that.
func gatedByHalves(activation string, x, weight *Node) *Node {
	last, width := x.Rank()-1, weight.Shape().Dim(0)/2
	input, du, dg := x, (*Node)(nil), (*Node)(nil) // du and dg are set when h's gradient is derived
	weight, known := model.WithLateGradient(weight, func() *Node {
		return Concatenate([]*Node{transposedDot(asMatrix(du), asMatrix(input)), transposedDot(asMatrix(dg), asMatrix(input))}, 0)
	})
	rounded := ConvertDType(weight, x.DType())
	ug := StopGradient(product(x, []int{last}, nil, rounded, []int{1}, nil, x.DType()))
	u, g := halves(ug)
	h := model.WithGradient(-1, Mul(Activate(activation, u), g), []*Node{x, ug}, func(_ *Node, in []*Node, dh *Node) []*Node {
		input = in[0] // recomputed, as in[1], under activation checkpointing
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
