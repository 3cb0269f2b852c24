package nn

import (
	"fmt"

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
// Long rows are computed in blocks of queries: memory is linear in seq, in the
// backward pass too. (With dropout on the attention weights it is not.)
func Global(q, k, v, lengths *Node, opt model.Options, drop *model.Dropout, rate float64) *Node {
	dims := q.Shape().Dimensions
	rows, seq := dims[0]*dims[1], dims[2]
	block := queryBlock(rows, seq)
	switch opt.Attention {
	case "":
	case "blocks":
		block = min(block, 64)
	case "flash":
		return flash(q, k, v, lengths, drop, rate)
	default:
		panic(fmt.Errorf("attention %q is none of blocks and flash", opt.Attention))
	}
	bias := InsertAxes(PaddingBias(lengths, seq), 1, 1) // [batch, 1, 1, keys]
	if block >= seq || (drop != nil && rate > 0) {
		return Attend(q, k, v, bias, drop, rate)
	}
	return attendBlocks(q, k, v, bias, (seq+block-1)/block, opt.Checkpoint)
}

// queryBlock is the number of queries whose scores fit, a multiple of 64.
func queryBlock(rows, seq int) int {
	if rows*seq*seq <= wholeScores {
		return seq
	}
	return max(64, wholeScores/(rows*seq)/64*64)
}
