package nn

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Maximum returns the greatest value over the attended positions of each row:
// hidden [batch, seq, hidden] float32 and lengths [batch] int32 to [batch, hidden].
func Maximum(hidden, lengths *Node) *Node {
	mask := InsertAxes(attended(lengths, hidden.Shape().Dim(1)), -1) // [batch, seq, 1]
	low := MulScalar(OnesLike(hidden), -1e9)
	return ReduceMax(Where(BroadcastToDims(mask, hidden.Shape().Dimensions...), hidden, low), 1)
}

// Average returns the mean over each row's attended positions, [batch, hidden].
// hidden is [batch, seq, hidden] float32, lengths [batch] int32.
func Average(hidden, lengths *Node) *Node {
	mask := ConvertDType(attended(lengths, hidden.Shape().Dim(1)), hidden.DType()) // [batch, seq]
	sum := ReduceSum(Mul(hidden, InsertAxes(mask, -1)), 1)                         // [batch, hidden]
	return Div(sum, InsertAxes(ReduceSum(mask, 1), -1))
}
