package nn

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// blocks cuts tensors [rows, length, …] into groups of group rows, and the length
// into pieces of size positions: a block is one piece of one group. With group 0
// there is one group of all rows, and length may be any axis before the last.
type blocks struct{ rows, group, length, size int }

// pieces returns the number of pieces; the last may be smaller than size.
func (b blocks) pieces() int { return (b.length + b.size - 1) / b.size }

// groups returns the number of groups.
func (b blocks) groups() int {
	if b.group == 0 {
		return 1
	}
	return b.rows / b.group
}

// zeros returns zeros of x's shape, but with the length filled up to whole pieces
// and the last axis of size width (0: x's).
func (b blocks) zeros(x *Node, width int, dtype dtypes.DType) *Node {
	dims := append([]int(nil), x.Shape().Dimensions...)
	dims[len(dims)-2] = b.pieces() * b.size
	if width > 0 {
		dims[len(dims)-1] = width
	}
	return Zeros(x.Graph(), shapes.Make(dtype, dims...))
}

// fill appends zeros to x's length up to whole pieces.
func (b blocks) fill(x *Node) *Node {
	dims := append([]int(nil), x.Shape().Dimensions...)
	axis := len(dims) - 2
	missing := b.pieces()*b.size - dims[axis]
	if missing == 0 {
		return x
	}
	dims[axis] = missing
	return Concatenate([]*Node{x, Zeros(x.Graph(), shapes.Make(x.DType(), dims...))}, axis)
}

// blockBody computes one block. It gets pieces, the block [group, size, …] of
// each sliced tensor, and whole, the group's rows [group, …] of each shared
// tensor. It returns parts, the block [group, size, …] of each result that is
// joined, and sums, the terms [group, …] of each result that is summed over the
// group's pieces.
type blockBody func(pieces, whole []*Node) (parts, sums []*Node)

// overBlocks calls body for one block after another and returns the joined
// results and the sums, in this order. sliced tensors are [rows, length, …],
// shared ones [rows, …]. parts and sums are zeros of the results' shapes, the
// length filled up to whole pieces.
//
// Where the backend has loops that can slice, overBlocks builds a loop of the
// graph: the block's code is compiled once and its memory used again.
func overBlocks(b blocks, sliced, shared, parts, sums []*Node, body blockBody) []*Node {
	can := sliced[0].Graph().Backend().Capabilities()
	if b.groups()*b.pieces() > 1 && can.Functions && can.Operations[compute.OpTypeDynamicSlice] && can.Operations[compute.OpTypeDynamicUpdateSlice] {
		filled := make([]*Node, len(sliced))
		for i, x := range sliced {
			filled[i] = b.fill(x)
		}
		return b.loop(filled, shared, parts, sums, body)
	}
	return b.unroll(sliced, shared, body)
}

// unroll computes [overBlocks] without a loop of the graph. The last piece may be
// smaller than the others, and the joined results are length long.
func (b blocks) unroll(sliced, shared []*Node, body blockBody) []*Node {
	if b.groups()*b.pieces() == 1 {
		parts, sums := body(sliced, shared)
		return append(parts, sums...)
	}
	var groups [][]*Node // each group's joined results and sums
	var last *Node       // a result of the block before
	for group := range b.groups() {
		rows := func(x *Node) *Node {
			if b.groups() == 1 {
				return x
			}
			return SliceAxis(x, 0, AxisRange(group*b.group, (group+1)*b.group))
		}
		whole := make([]*Node, len(shared))
		for j, x := range shared {
			whole[j] = rows(x)
		}
		var joined [][]*Node // each joined result's pieces
		var totals []*Node
		for i := range b.pieces() {
			pieces := make([]*Node, len(sliced))
			for j, x := range sliced {
				pieces[j] = SliceAxis(rows(x), -2, AxisRange(i*b.size, min((i+1)*b.size, b.length)))
			}
			if last != nil {
				pieces[0] = after(pieces[0], last)
			}
			parts, sums := body(pieces, whole)
			last = append(parts[:len(parts):len(parts)], sums...)[0]
			if i == 0 {
				joined, totals = make([][]*Node, len(parts)), sums
			} else {
				for j, x := range sums {
					totals[j] = Add(totals[j], x)
				}
			}
			for j, x := range parts {
				joined[j] = append(joined[j], x)
			}
		}
		var out []*Node
		for _, pieces := range joined {
			out = append(out, join(pieces, -2))
		}
		groups = append(groups, append(out, totals...))
	}
	out := make([]*Node, len(groups[0]))
	for j := range out {
		var all []*Node
		for _, group := range groups {
			all = append(all, group[j])
		}
		out[j] = join(all, 0)
	}
	return out
}

// join concatenates pieces along axis.
func join(pieces []*Node, axis int) *Node {
	if len(pieces) == 1 {
		return pieces[0]
	}
	return Concatenate(pieces, axis)
}

// after returns x with a data dependency on y, so that blocks run one at a time: a
// backend that runs whatever is ready would start all blocks and hold the scores
// of every one. (Go backend, two layers of the base size, 8,192 tokens: a peak of
// 1,478 MiB instead of 5,737; 16 tokens take 692.)
func after(x, y *Node) *Node {
	for range y.Rank() {
		y = Squeeze(SliceAxis(y, 0, AxisElem(0)), 0)
	}
	never := LessThan(toFloat32(y), Scalar(y.Graph(), dtypes.Float32, math.Inf(-1))) // false for NaN too
	return Add(x, ConvertDType(never, x.DType()))
}

// loop computes [overBlocks] as a loop of the graph. Its state is (i, parts, sums,
// sliced, shared): the tensors that do not change are part of it, so that GoMLX can
// clone the loop onto recomputed inputs.
func (b blocks) loop(sliced, shared, parts, sums []*Node, body blockBody) []*Node {
	g := sliced[0].Graph()
	state := []*Node{Const(g, int32(0))}
	for _, nodes := range [][]*Node{parts, sums, sliced, shared} {
		state = append(state, nodes...)
	}
	receive := func(g *Graph) []*Node {
		inside := make([]*Node, len(state))
		for i, x := range state {
			inside[i] = Parameter(g, "", x.Shape())
		}
		return inside
	}
	condition := NewClosure(g, func(g *Graph) []*Node {
		return []*Node{LessThan(receive(g)[0], Const(g, int32(b.groups()*b.pieces())))}
	})
	step := NewClosure(g, func(g *Graph) []*Node {
		next := receive(g)
		i, rest := next[0], next[1:]
		take := func(n int) (taken []*Node) { taken, rest = rest[:n:n], rest[n:]; return taken }
		parts, sums, sliced, shared := take(len(parts)), take(len(sums)), take(len(sliced)), rest
		// DivScalar and the like would use a constant of the outer graph.
		group := Div(i, Const(g, int32(b.pieces())))
		piece := Sub(i, Mul(group, Const(g, int32(b.pieces()))))
		row, start := Mul(group, Const(g, int32(b.group))), Mul(piece, Const(g, int32(b.size)))
		zero := Const(g, int32(0))
		// slice returns length positions from start of the group's rows.
		slice := func(x, start *Node, length int) *Node {
			dims := append([]int(nil), x.Shape().Dimensions...)
			dims[0], dims[1] = min(dims[0], b.group), length
			return DynamicSlice(x, at(row, start, x.Rank()), dims)
		}
		pieces, whole := make([]*Node, len(sliced)), make([]*Node, len(shared))
		for j, x := range sliced {
			pieces[j] = slice(x, start, b.size)
		}
		for j, x := range shared {
			whole[j] = slice(x, zero, x.Shape().Dim(1))
		}
		newParts, newSums := body(pieces, whole)
		next[0] = Add(i, Const(g, int32(1)))
		for j, x := range newParts {
			next[1+j] = DynamicUpdateSlice(parts[j], x, at(row, start, x.Rank()))
		}
		for j, x := range newSums {
			if b.pieces() > 1 {
				x = Add(slice(sums[j], zero, x.Shape().Dim(1)), x)
			}
			next[1+len(parts)+j] = DynamicUpdateSlice(sums[j], x, at(row, zero, x.Rank()))
		}
		return next
	})
	return While(condition, step, state...)[1 : 1+len(parts)+len(sums)]
}

// at returns the start indices (row, start, 0, …) of a slice of rank axes.
func at(row, start *Node, rank int) []*Node {
	indices := []*Node{row, start}
	for len(indices) < rank {
		indices = append(indices, Const(start.Graph(), int32(0)))
	}
	return indices
}

// inLoop reports whether x is computed inside the body of a loop of the graph.
func inLoop(x *Node) bool { return x.Graph().CurrentFunc().IsClosure() }
