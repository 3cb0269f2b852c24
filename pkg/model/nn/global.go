package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// mostScores is the number of attention scores that a block may hold: 64 MiB in
// float32, 1 GiB on a GPU. A batch with more is computed in blocks.
const (
	mostScores      = 16 << 20
	mostScoresOnGPU = 256 << 20
)

// Global attends from every position to every attended position of its row.
// q (divided by √headDim beforehand), k and v are [batch, heads, seq, headDim],
// lengths [batch] int32; the result is like q. It computes [PlainAttention].
//
// On CUDA and in bfloat16 it runs cuDNN's fused attention. Elsewhere it splits a
// batch with many scores by heads, and a long row's head by queries, so that
// memory is linear in seq in both passes (with dropout on the attention weights
// it is not).
func Global(q, k, v, lengths *Node, opt model.Options, drop *model.Dropout, rate float64) *Node {
	if opt.Plain {
		return PlainAttention(q, k, v, Allowed(lengths, q.Shape().Dim(2), -1), drop, rate)
	}
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
		return attend(q, k, v, bias, drop, rate)
	}
	flat := func(x *Node) *Node { return Reshape(x, rows, seq, dims[3]) }
	bias = Reshape(BroadcastToDims(bias, dims[0], dims[1], 1, seq), rows, 1, seq)
	return Reshape(attendBlocks(flat(q), flat(k), flat(v), bias, b, opt.Checkpoint), dims...)
}

// scoreBlocks cuts rows of seq×seq scores into blocks of at most most scores:
// groups of as many whole rows as fit, or a multiple of 64 queries of one row.
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
