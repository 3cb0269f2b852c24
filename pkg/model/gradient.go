package model

import "github.com/gomlx/gomlx/core/graph"

// WithGradient gives f, which was computed from inputs, a gradient of its own:
// gradient gets f, the inputs and the adjoint of f, and returns the adjoints
// of the inputs. f and the inputs must agree in everything but axis.
//
// GoMLX lets one replace the gradient of an identity only. So f and its inputs
// go through one identity, side by side; XLA drops what is not used of it.
func WithGradient(axis int, f *Node, inputs []*Node, gradient func(f *Node, inputs []*Node, df *Node) []*Node) *Node {
	all := append([]*Node{graph.StopGradient(f)}, inputs...)
	split := func(x *Node) []*Node {
		pieces, start := make([]*Node, len(all)), 0
		for i, part := range all {
			end := start + part.Shape().Dim(axis)
			pieces[i] = graph.SliceAxis(x, axis, graph.AxisRange(start, end))
			start = end
		}
		return pieces
	}
	joined := graph.IdentityWithCustomGradient(graph.Concatenate(all, axis), func(x, dx *Node) *Node {
		values := split(x)
		adjoints := gradient(values[0], values[1:], split(dx)[0])
		return graph.Concatenate(append([]*Node{graph.ZerosLike(values[0])}, adjoints...), axis)
	})
	return split(joined)[0]
}

// WithLateGradient gives x a gradient that something computed from it makes
// while its own gradient is derived. value is x; of what f is computed from
// value, pass on known(f), which is f. gradient is called when all after x has
// been derived, and nothing else of value's gradient counts.
func WithLateGradient(x *Node, gradient func() *Node) (value *Node, known func(f *Node) *Node) {
	held := graph.IdentityWithCustomGradient(x, func(_, _ *Node) *Node { return graph.ConvertDType(gradient(), x.DType()) })
	return graph.StopGradient(held), func(f *Node) *Node {
		first := held
		for first.Rank() > 0 {
			first = graph.Squeeze(graph.SliceAxis(first, 0, graph.AxisElem(0)), 0)
		}
		never := graph.Const(x.Graph(), false)
		nothing := graph.Where(never, graph.ConvertDType(first, f.DType()), graph.ScalarZero(x.Graph(), f.DType()))
		return graph.Add(f, nothing)
	}
}

// WithKnownGradients gives the scalar f gradients that were computed with it:
// gradients[i] is f's with respect to inputs[i], of its shape. Nothing of how
// any of them came about is derived.
func WithKnownGradients(f *Node, inputs, gradients []*Node) *Node {
	var df *Node
	f = graph.StopGradient(f)
	for i, x := range inputs {
		gradient := graph.StopGradient(gradients[i])
		_, known := WithLateGradient(x, func() *Node { return graph.Mul(gradient, graph.ConvertDType(df, gradient.DType())) })
		f = known(f)
	}
	return graph.IdentityWithCustomGradient(f, func(_, adjoint *Node) *Node {
		df = adjoint
		return adjoint
	})
}
