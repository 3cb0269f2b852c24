package modernbert

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model/nn"
)

// localAttention attends to |i-j| <= Window. q, k, v and the result are
// [batch, heads, seq, headDim].
//
// Long rows are cut into blocks of queries; a block sees its own keys, the
// last Window of the block before and the first Window of the next, under a
// band mask. Time and memory are linear in seq. Short rows are one block.
func (e *encoder) localAttention(q, k, v *Node) *Node {
	window, block := e.Window(), e.block()
	if e.seq <= block+2*window {
		if e.banded == nil {
			e.banded = e.bandBias(1, e.seq, 0)
		}
		return nn.Attend(q, k, v, Squeeze(e.banded, 2), e.drop, e.AttentionDropout)
	}
	blocks := (e.seq + block - 1) / block
	if e.banded == nil {
		e.banded = e.bandBias(blocks, block, window) // [batch, 1, blocks, block, block+2·window]
	}
	q = e.split(q, blocks, block)                         // [batch, heads, blocks, block, headDim]
	k = withNeighbours(e.split(k, blocks, block), window) // [batch, heads, blocks, block+2·window, headDim]
	v = withNeighbours(e.split(v, blocks, block), window)
	out := nn.Attend(q, k, v, e.banded, e.drop, e.AttentionDropout)
	out = Reshape(out, e.batch, e.Heads, blocks*block, e.HeadDim())
	return SliceAxis(out, 2, AxisRangeFromStart(e.seq))
}

// block is the number of queries of a block: at least the window, so that a
// window never reaches beyond the neighbouring blocks.
func (e *encoder) block() int { return max(64, e.Window()) }

// split cuts rows into blocks, filling the last with zeros by concatenation
// (Pad has no gradient): [batch, heads, blocks, block, headDim].
func (e *encoder) split(x *Node, blocks, block int) *Node {
	if missing := blocks*block - e.seq; missing > 0 {
		fill := Zeros(x.Graph(), shapes.Make(x.DType(), e.batch, e.Heads, missing, e.HeadDim()))
		x = Concatenate([]*Node{x, fill}, 2)
	}
	return Reshape(x, e.batch, e.Heads, blocks, block, e.HeadDim())
}

// withNeighbours puts the end of the block before and the beginning of the
// next around every block: [batch, heads, blocks, window+block+window, headDim].
func withNeighbours(x *Node, window int) *Node {
	if window == 0 {
		return x
	}
	dims := x.Shape().Dimensions
	blocks, block := dims[2], dims[3]
	edge := Zeros(x.Graph(), shapes.Make(x.DType(), dims[0], dims[1], 1, window, dims[4]))
	before := Slice(x, AxisRange(), AxisRange(), AxisRange(0, blocks-1), AxisRange(block-window, block))
	after := Slice(x, AxisRange(), AxisRange(), AxisRange(1, blocks), AxisRange(0, window))
	before = Concatenate([]*Node{edge, before}, 2)
	after = Concatenate([]*Node{after, edge}, 2)
	return Concatenate([]*Node{before, x, after}, 3)
}

// bandBias is the bias of blocks of queries against their keys, which reach
// margin positions beyond the block on either side:
// [batch, 1, blocks, block, margin+block+margin] float32.
func (e *encoder) bandBias(blocks, block, margin int) *Node {
	g := e.lengths.Graph()
	keys := block + 2*margin
	grid := shapes.Make(dtypes.Int32, 1, 1, blocks, block, keys)
	first := MulScalar(Iota(g, grid, 2), block)
	query := Add(first, Iota(g, grid, 3))
	key := AddScalar(Add(first, Iota(g, grid, 4)), -margin)
	near := LessOrEqual(Abs(Sub(query, key)), Scalar(g, dtypes.Int32, e.Window()))
	inside := GreaterOrEqual(key, ScalarZero(g, dtypes.Int32))
	whole := shapes.Make(dtypes.Bool, e.batch, 1, blocks, block, keys)
	attended := LessThan(
		BroadcastToDims(key, whole.Dimensions...),
		BroadcastToDims(Reshape(e.lengths, e.batch, 1, 1, 1, 1), whole.Dimensions...))
	return nn.Bias(LogicalAnd(attended, BroadcastToShape(LogicalAnd(near, inside), whole)))
}
