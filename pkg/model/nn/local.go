package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// A Local attends from every position i to the attended positions j of its row
// with |i-j| <= Window. Its layers share one mask.
type Local struct {
	Window  int
	Lengths *Node // [batch] int32
	Options model.Options
	Drop    *model.Dropout // on the attention weights, at Rate
	Rate    float64

	bias *Node // the blocks' mask, made by the first layer
}

// Attend computes [PlainAttention] under the window. q (divided by √headDim
// beforehand), k and v are [batch, heads, seq, headDim]; the result is like q.
//
// On CUDA and in bfloat16 it runs cuDNN's fused attention. Elsewhere it cuts long
// rows into blocks of queries: a block attends to its own keys, the last Window
// keys of the block before and the first Window of the next, under a band mask.
// Time and memory are linear in seq. A short row is one block.
func (l *Local) Attend(q, k, v *Node) *Node {
	if l.Options.Plain {
		return PlainAttention(q, k, v, Allowed(l.Lengths, q.Shape().Dim(2), l.Window), l.Drop, l.Rate)
	}
	if flashes(q, l.Options, l.Drop, l.Rate) {
		return flashWindow(q, k, v, l.Lengths, l.Window)
	}
	dims := q.Shape().Dimensions
	seq, block := dims[2], max(64, l.Window) // a window never reaches beyond the neighbouring blocks
	if seq <= block+2*l.Window {
		if l.bias == nil {
			l.bias = l.bandBias(1, seq, 0)
		}
		return attend(q, k, v, Squeeze(l.bias, 2), l.Drop, l.Rate)
	}
	blocks := (seq + block - 1) / block
	if l.bias == nil {
		l.bias = l.bandBias(blocks, block, l.Window) // [batch, 1, blocks, block, block+2·window]
	}
	q = split(q, blocks, block)                           // [batch, heads, blocks, block, headDim]
	k = withNeighbours(split(k, blocks, block), l.Window) // [batch, heads, blocks, block+2·window, headDim]
	v = withNeighbours(split(v, blocks, block), l.Window)
	out := attend(q, k, v, l.bias, l.Drop, l.Rate)
	out = Reshape(out, dims[0], dims[1], blocks*block, dims[3])
	return SliceAxis(out, 2, AxisRangeFromStart(seq))
}

// split cuts rows [batch, heads, seq, headDim] into [batch, heads, blocks, block,
// headDim]. It fills the last block with zeros by concatenation: Pad has no
// gradient in GoMLX.
func split(x *Node, blocks, block int) *Node {
	dims := x.Shape().Dimensions
	if missing := blocks*block - dims[2]; missing > 0 {
		fill := Zeros(x.Graph(), shapes.Make(x.DType(), dims[0], dims[1], missing, dims[3]))
		x = Concatenate([]*Node{x, fill}, 2)
	}
	return Reshape(x, dims[0], dims[1], blocks, block, dims[3])
}

// withNeighbours extends every block of x [batch, heads, blocks, block, headDim]
// by the last window positions of the block before and the first of the next:
// [batch, heads, blocks, window+block+window, headDim].
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

// bandBias returns the mask of blocks of queries against their keys, which reach
// margin positions beyond the block on either side, as a bias:
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
