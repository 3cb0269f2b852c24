package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// mostScores is how many attention scores stand in memory at a time, 64 MiB in
// float32, on a GPU 1 GiB. A batch with more is computed in blocks.
const (
	mostScores      = 16 << 20
	mostScoresOnGPU = 256 << 20
)

// Global attends from every position to every attended one of its row.
// q (already scaled), k and v are [batch, heads, seq, headDim], lengths
// [batch] int32; the result is like q.
//
// On CUDA and in bfloat16 it is cuDNN's fused attention. Elsewhere, what has
// many scores is computed some heads at a time, and of a long row's
// head some queries at a time: memory is linear in seq, in the backward pass
// too. (With dropout on the attention weights it is not.)
func Global(q, k, v, lengths *Node, opt model.Options, drop *model.Dropout, rate float64) *Node {
	if flashes(q, opt, drop, rate) {
		return flash(q, k, v, lengths)
	}
	dims := q.Shape().Dimensions
	rows, seq := dims[0]*dims[1], dims[2]
	most := mostScores
	if onGPU(q) {
		most = mostScoresOnGPU
	}
	b := scoreBlocks(rows, seq, most)
	if opt.Attention == "blocks" {
		b.group, b.size = 1, min(b.size, 64)
	}
	bias := InsertAxes(PaddingBias(lengths, seq), 1, 1) // [batch, 1, 1, keys]
	if b.groups()*b.pieces() == 1 || (drop != nil && rate > 0) {
		return Attend(q, k, v, bias, drop, rate)
	}
	flat := func(x *Node) *Node { return Reshape(x, rows, seq, dims[3]) }
	bias = Reshape(BroadcastToDims(bias, dims[0], dims[1], 1, seq), rows, 1, seq)
	return Reshape(attendBlocks(flat(q), flat(k), flat(v), bias, b, opt.Checkpoint), dims...)
}

// scoreBlocks are blocks of at most so many scores: of the greatest number of
// whole rows that has them, or of some queries of one row, a multiple of 64.
func scoreBlocks(rows, seq, most int) blocks {
	group := min(rows, max(1, most/(seq*seq)))
	for rows%group != 0 {
		group--
	}
	size := seq
	if seq*seq > most {
		size = max(64, most/seq/64*64)
	}
	return blocks{rows, group, seq, size}
}
