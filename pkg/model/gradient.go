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

// WithKnownGradients gives the scalar f gradients that were computed with it:
// gradients[i] is f's with respect to inputs[i], of its shape. Nothing of how
// any of them came about is derived.
func WithKnownGradients(f *Node, inputs, gradients []*Node) *Node {
	first := func(x *Node) *Node {
		for x.Rank() > 0 {
			x = graph.Squeeze(graph.SliceAxis(x, 0, graph.AxisElem(0)), 0)
		}
		return x
	}
	f = graph.StopGradient(f)
	for i, x := range inputs {
		gradient := graph.StopGradient(gradients[i])
		y := first(graph.IdentityWithCustomGradient(x, func(_, dy *Node) *Node {
			return graph.ConvertDType(graph.Mul(gradient, graph.ConvertDType(first(dy), gradient.DType())), x.DType())
		}))
		nothing := graph.Sub(y, graph.StopGradient(y)) // 0, whose gradient is the adjoint of f at the first place
		f = graph.Add(f, graph.ConvertDType(nothing, f.DType()))
	}
	return f
}
