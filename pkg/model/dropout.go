package model

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Apply zeroes elements of x with probability rate and scales the others by
// 1/(1-rate). On a nil Dropout (evaluation) or a rate of 0 it returns x.
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
	keep := graph.GreaterOrEqual(uniform, graph.Const(x.Graph(), float32(rate)))
	return graph.Where(keep, graph.MulScalar(x, 1/(1-rate)), graph.ZerosLike(x))
}
