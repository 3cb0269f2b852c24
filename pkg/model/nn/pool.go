package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Average is the mean over the attended positions of each row: hidden
// [batch, seq, hidden] float32 and lengths [batch] int32 to [batch, hidden].
func Average(hidden, lengths *Node) *Node {
	dims := hidden.Shape().Dimensions
	position := Iota(hidden.Graph(), shapes.Make(dtypes.Int32, dims[0], dims[1]), 1)
	attended := ConvertDType(LessThan(position, InsertAxes(lengths, -1)), hidden.DType()) // [batch, seq]
	sum := ReduceSum(Mul(hidden, InsertAxes(attended, -1)), 1)                            // [batch, hidden]
	return Div(sum, InsertAxes(ReduceSum(attended, 1), -1))
}
