package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Local attends from every position i to the attended ones j of its row with
// |i-j| <= Window. It holds what the layers share.
type Local struct {
	Window  int
	Lengths *Node // [batch] int32
	Options model.Options
	Drop    *model.Dropout // on the attention weights
	Rate    float64

	banded *Node // the bias of the blocks, made by the first layer
}

// Attend takes q (already scaled), k and v [batch, heads, seq, headDim]; the
// result is like q.
//
// On CUDA and in bfloat16 it is cuDNN's fused attention. Elsewhere long rows are
// cut into blocks of queries; a block sees its own keys, the last Window of the
// block before and the first Window of the next, under a band mask. Time and
// memory are linear in seq. Short rows are one block.
func (l *Local) Attend(q, k, v *Node) *Node {
	if flashes(q, l.Options, l.Drop, l.Rate) {
		return flashWindow(q, k, v, l.Lengths, l.Window)
	}
	dims := q.Shape().Dimensions
	seq, block := dims[2], max(64, l.Window) // a window never reaches beyond the neighbouring blocks
	if seq <= block+2*l.Window {
		if l.banded == nil {
			l.banded = l.bandBias(1, seq, 0)
		}
		return Attend(q, k, v, Squeeze(l.banded, 2), l.Drop, l.Rate)
	}
	blocks := (seq + block - 1) / block
	if l.banded == nil {
		l.banded = l.bandBias(blocks, block, l.Window) // [batch, 1, blocks, block, block+2·window]
	}
	q = split(q, blocks, block)                           // [batch, heads, blocks, block, headDim]
	k = withNeighbours(split(k, blocks, block), l.Window) // [batch, heads, blocks, block+2·window, headDim]
	v = withNeighbours(split(v, blocks, block), l.Window)
	out := Attend(q, k, v, l.banded, l.Drop, l.Rate)
	out = Reshape(out, dims[0], dims[1], blocks*block, dims[3])
	return SliceAxis(out, 2, AxisRangeFromStart(seq))
}

// split cuts rows [batch, heads, seq, headDim] into blocks, filling the last
// with zeros by concatenation (Pad has no gradient): [batch, heads, blocks,
// block, headDim].
func split(x *Node, blocks, block int) *Node {
	dims := x.Shape().Dimensions
	if missing := blocks*block - dims[2]; missing > 0 {
		fill := Zeros(x.Graph(), shapes.Make(x.DType(), dims[0], dims[1], missing, dims[3]))
		x = Concatenate([]*Node{x, fill}, 2)
	}
	return Reshape(x, dims[0], dims[1], blocks, block, dims[3])
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
func (l *Local) bandBias(blocks, block, margin int) *Node {
	g, batch := l.Lengths.Graph(), l.Lengths.Shape().Dim(0)
	keys := block + 2*margin
	grid := shapes.Make(dtypes.Int32, 1, 1, blocks, block, keys)
	first := MulScalar(Iota(g, grid, 2), block)
	query := Add(first, Iota(g, grid, 3))
	key := AddScalar(Add(first, Iota(g, grid, 4)), -margin)
	near := LessOrEqual(Abs(Sub(query, key)), Scalar(g, dtypes.Int32, l.Window))
	inside := GreaterOrEqual(key, ScalarZero(g, dtypes.Int32))
	whole := shapes.Make(dtypes.Bool, batch, 1, blocks, block, keys)
	attended := LessThan(
		BroadcastToDims(key, whole.Dimensions...),
		BroadcastToDims(Reshape(l.Lengths, batch, 1, 1, 1, 1), whole.Dimensions...))
	return Bias(LogicalAnd(attended, BroadcastToShape(LogicalAnd(near, inside), whole)))
}
