package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// maskedScore is added to the score of a key that may not be attended to. It is
// finite, so that the softmax of a row without allowed keys stays finite.
const maskedScore = -1e30

// Bias returns 0 where allowed and maskedScore elsewhere, in float32. allowed is
// bool of any shape.
func Bias(allowed *Node) *Node {
	zero := ScalarZero(allowed.Graph(), dtypes.Float32)
	return Where(allowed, zero, AddScalar(zero, maskedScore))
}

// PaddingBias returns the [Bias] of each row's attended keys, [batch, seq]
// float32, from lengths [batch] int32.
func PaddingBias(lengths *Node, seq int) *Node { return Bias(attended(lengths, seq)) }

// attended reports which positions are below each row's length: [batch, seq]
// bool, from lengths [batch] int32.
func attended(lengths *Node, seq int) *Node {
	position := Iota(lengths.Graph(), shapes.Make(dtypes.Int32, lengths.Shape().Dim(0), seq), 1)
	return LessThan(position, InsertAxes(lengths, -1))
}
