package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// wholeScores is how many attention scores may stand in memory at a time: 64
// MiB in float32. A batch with more is computed in blocks of queries.
const wholeScores = 16 << 20

// Global attends from every position to every attended one of its row.
// q (already scaled), k and v are [batch, heads, seq, headDim], lengths
// [batch] int32; the result is like q.
//
// Long rows are computed in blocks of queries, whose scores the backward pass
// computes again: memory is linear in seq.
func Global(q, k, v, lengths *Node, opt model.Options, drop *model.Dropout, rate float64) *Node {
	dims := q.Shape().Dimensions
	batch, heads, seq := dims[0], dims[1], dims[2]
	bias := InsertAxes(PaddingBias(lengths, seq), 1, 1) // [batch, 1, 1, keys]
	block := queryBlock(batch*heads, seq)
	if block >= seq {
		return Attend(q, k, v, bias, drop, rate)
	}
	q, k, v = q.Checkpoint(), k.Checkpoint(), v.Checkpoint()
	var blocks []*Node
	for start := 0; start < seq; start += block {
		queries := SliceAxis(q, 2, AxisRange(start, min(start+block, seq)))
		blocks = append(blocks, Attend(queries, k, v, bias, drop, rate))
	}
	out := Concatenate(blocks, 2)
	if opt.Checkpoint { // the layer is computed again from its input, but not from within here
		return out.Checkpoint()
	}
	return out.StopCheckpoint()
}

// queryBlock is the number of queries whose scores fit, a multiple of 64.
func queryBlock(rows, seq int) int {
	if rows*seq*seq <= wholeScores {
		return seq
	}
	return max(64, wholeScores/(rows*seq)/64*64)
}
