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
