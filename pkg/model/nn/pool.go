package nn

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Average returns the mean over each row's attended positions, [batch, hidden].
// hidden is [batch, seq, hidden] float32, lengths [batch] int32.
func Average(hidden, lengths *Node) *Node {
	mask := ConvertDType(attended(lengths, hidden.Shape().Dim(1)), hidden.DType()) // [batch, seq]
	sum := ReduceSum(Mul(hidden, InsertAxes(mask, -1)), 1)                         // [batch, hidden]
	return Div(sum, InsertAxes(ReduceSum(mask, 1), -1))
}
