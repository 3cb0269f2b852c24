package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// masked is what a forbidden score is lowered by: finite, so that a row with
// nothing to attend to stays finite.
const masked = -1e30

// Bias is 0 where allowed and very low elsewhere, in float32.
func Bias(allowed *Node) *Node {
	zero := ScalarZero(allowed.Graph(), dtypes.Float32)
	return Where(allowed, zero, AddScalar(zero, masked))
}

// PaddingBias is 0 for the attended keys of each row and very low for its
// padding: [batch, seq] float32, from lengths [batch] int32.
func PaddingBias(lengths *Node, seq int) *Node { return Bias(attended(lengths, seq)) }

// attended is true below each row's length: [batch, seq].
func attended(lengths *Node, seq int) *Node {
	position := Iota(lengths.Graph(), shapes.Make(dtypes.Int32, lengths.Shape().Dim(0), seq), 1)
	return LessThan(position, InsertAxes(lengths, -1))
}
