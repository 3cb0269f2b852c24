package nn

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Average is the mean over the attended positions of each row: hidden
// [batch, seq, hidden] float32 and lengths [batch] int32 to [batch, hidden].
func Average(hidden, lengths *Node) *Node {
	mask := ConvertDType(attended(lengths, hidden.Shape().Dim(1)), hidden.DType()) // [batch, seq]
	sum := ReduceSum(Mul(hidden, InsertAxes(mask, -1)), 1)                         // [batch, hidden]
	return Div(sum, InsertAxes(ReduceSum(mask, 1), -1))
}
