package model

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Apply sets elements of x, of any shape, to zero with probability rate and
// multiplies the others by 1/(1-rate). On a nil Dropout (evaluation) or at rate 0
// it returns x.
func (d *Dropout) Apply(x *Node, rate float64) *Node {
	if d == nil || rate == 0 {
		return x
	}
	if rate == 1 {
		return graph.ZerosLike(x)
	}
	shape := x.Shape().Clone()
	shape.DType = dtypes.Float32
	var uniform *Node
	d.State, uniform = graph.RandomUniform(d.State, shape)
	kept := graph.GreaterOrEqual(uniform, graph.Const(x.Graph(), float32(rate)))
	return graph.Where(kept, graph.MulScalar(x, 1/(1-rate)), graph.ZerosLike(x))
}
