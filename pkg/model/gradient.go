package model

import "github.com/gomlx/gomlx/core/graph"

// WithGradient returns f, which was computed from inputs, with a gradient of its
// own: gradient gets f, the inputs and the adjoint df of f, and returns the
// adjoints of the inputs. Under activation checkpointing it gets f and the inputs
// as recomputed. f and the inputs have one dtype and agree in all axes but axis.
//
// GoMLX can replace the gradient of an identity only. So WithGradient concatenates
// f and its inputs along axis and passes them through one identity; XLA drops the
// parts that are not used.
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

// WithLateGradient replaces the gradient of x by one that is only known after the
// gradient of a result f of x has been derived, such as a weight's, which needs
// f's adjoint. Compute f from value, which equals x, and use known(f), which
// equals f, in its place. gradient is called once, when all that was computed
// after x has been derived; it returns x's gradient, and no other gradient of
// value counts.
//
// This rests on the order of GoMLX's autodiff: it visits the nodes from the last
// that was made to the first, each once, and a node that got a zero adjoint too.
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

// WithKnownGradients returns the scalar f with gradients that were computed
// together with it: gradients[i] is f's with respect to inputs[i], of its shape.
// Autodiff stops here: it derives neither f nor the gradients.
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
