package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Global attends from every position to every attended one of its row.
// q (already scaled), k and v are [batch, seq, heads, headDim], lengths
// [batch] int32; so is the result.
func Global(q, k, v, lengths *Node, opt model.Options, drop *model.Dropout, rate float64) *Node {
	bias := PaddingBias(lengths, q.Shape().Dim(1))             // [batch, seq]
	return Attend(q, k, v, InsertAxes(bias, 1, 1), drop, rate) // bias [batch, 1, 1, keys]
}
