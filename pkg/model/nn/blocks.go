package nn

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// blocks cuts tensors [rows, length, …] in groups of rows, and the length in
// pieces of size: a block is one piece of one group. The zero group is all rows
// (then the length may be any axis before the last).
type blocks struct{ rows, group, length, size int }

// pieces is into how many the length is cut, groups into how many the rows are.
func (b blocks) pieces() int { return (b.length + b.size - 1) / b.size }

func (b blocks) groups() int {
	if b.group == 0 {
		return 1
	}
	return b.rows / b.group
}

// zeros is like x, its length filled to whole pieces, with the given width of
// the last axis (0: x's).
func (b blocks) zeros(x *Node, width int, dtype dtypes.DType) *Node {
	dims := append([]int(nil), x.Shape().Dimensions...)
	dims[len(dims)-2] = b.pieces() * b.size
	if width > 0 {
		dims[len(dims)-1] = width
	}
	return Zeros(x.Graph(), shapes.Make(dtype, dims...))
}

// fill appends zeros to the length until it is whole pieces long.
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

// overBlocks calls body for one block after another. Of cut it is given the
// block, of whole the group's rows. body returns its block of each of parts,
// which are put together, and terms of each of sums, which are added up within
// a group. parts and sums come as zeros of their final shapes; the result is
// both, in order.
//
// It is a loop of the graph where the backend has one that can slice, so that
// the block's code is compiled once and its memory used again.
func overBlocks(b blocks, cut, whole, parts, sums []*Node, body func(cut, whole []*Node) (parts, sums []*Node)) []*Node {
	can := cut[0].Graph().Backend().Capabilities()
	if b.groups()*b.pieces() > 1 && can.Functions && can.Operations[compute.OpTypeDynamicSlice] && can.Operations[compute.OpTypeDynamicUpdateSlice] {
		filled := make([]*Node, len(cut))
		for i, x := range cut {
			filled[i] = b.fill(x)
		}
		return b.loop(filled, whole, parts, sums, body)
	}
	return b.unroll(cut, whole, body)
}

// unroll is overBlocks without a loop of the graph. The last piece may be
// smaller than the others.
func (b blocks) unroll(cut, whole []*Node, body func(cut, whole []*Node) (parts, sums []*Node)) []*Node {
	if b.groups()*b.pieces() == 1 {
		parts, sums := body(cut, whole)
		return append(parts, sums...)
	}
	var groups [][]*Node // of every group its parts and sums
	var last *Node       // of what is computed
	for group := range b.groups() {
		rows := func(x *Node) *Node {
			if b.groups() == 1 {
				return x
			}
			return SliceAxis(x, 0, AxisRange(group*b.group, (group+1)*b.group))
		}
		ours := make([]*Node, len(whole))
		for j, x := range whole {
			ours[j] = rows(x)
		}
		var pieces [][]*Node // of every part
		var totals []*Node
		for i := range b.pieces() {
			block := make([]*Node, len(cut))
			for j, x := range cut {
				block[j] = SliceAxis(rows(x), -2, AxisRange(i*b.size, min((i+1)*b.size, b.length)))
			}
			if last != nil {
				block[0] = after(block[0], last)
			}
			parts, sums := body(block, ours)
			last = append(parts[:len(parts):len(parts)], sums...)[0]
			if i == 0 {
				pieces, totals = make([][]*Node, len(parts)), sums
			} else {
				for j, x := range sums {
					totals[j] = Add(totals[j], x)
				}
			}
			for j, x := range parts {
				pieces[j] = append(pieces[j], x)
			}
		}
		var out []*Node
		for _, piece := range pieces {
			out = append(out, join(piece, -2))
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

func join(pieces []*Node, axis int) *Node {
	if len(pieces) == 1 {
		return pieces[0]
	}
	return Concatenate(pieces, axis)
}

// after is x, computed only once y is there: a backend that runs whatever is
// ready would begin all blocks and hold the scores of every one. (Go backend,
// two layers of the base size, 8,192 tokens: a peak of 1,478 MiB instead of
// 5,737, where 16 tokens take 692.)
func after(x, y *Node) *Node {
	for range y.Rank() {
		y = Squeeze(SliceAxis(y, 0, AxisElem(0)), 0)
	}
	never := LessThan(float(y), Scalar(y.Graph(), dtypes.Float32, math.Inf(-1))) // of NaN, too
	return Add(x, ConvertDType(never, x.DType()))
}

// loop carries (i, parts, sums, cut, whole); what does not change is carried
// too, so that the loop can be cloned onto inputs that were computed again.
func (b blocks) loop(cut, whole, parts, sums []*Node, body func(cut, whole []*Node) (parts, sums []*Node)) []*Node {
	g := cut[0].Graph()
	state := []*Node{Const(g, int32(0))}
	for _, nodes := range [][]*Node{parts, sums, cut, whole} {
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
		parts, sums, cut, whole := take(len(parts)), take(len(sums)), take(len(cut)), rest
		// A scalar operation would take a constant from outside.
		group := Div(i, Const(g, int32(b.pieces())))
		piece := Sub(i, Mul(group, Const(g, int32(b.pieces()))))
		row, start := Mul(group, Const(g, int32(b.group))), Mul(piece, Const(g, int32(b.size)))
		zero := Const(g, int32(0))
		// slice cuts the group's rows, of the length as much as length says.
		slice := func(x, start *Node, length int) *Node {
			dims := append([]int(nil), x.Shape().Dimensions...)
			dims[0], dims[1] = min(dims[0], b.group), length
			return DynamicSlice(x, at(row, start, x.Rank()), dims)
		}
		block, ours := make([]*Node, len(cut)), make([]*Node, len(whole))
		for j, x := range cut {
			block[j] = slice(x, start, b.size)
		}
		for j, x := range whole {
			ours[j] = slice(x, zero, x.Shape().Dim(1))
		}
		gotParts, gotSums := body(block, ours)
		next[0] = Add(i, Const(g, int32(1)))
		for j, x := range gotParts {
			next[1+j] = DynamicUpdateSlice(parts[j], x, at(row, start, x.Rank()))
		}
		for j, x := range gotSums {
			if b.pieces() > 1 {
				x = Add(slice(sums[j], zero, x.Shape().Dim(1)), x)
			}
			next[1+len(parts)+j] = DynamicUpdateSlice(sums[j], x, at(row, zero, x.Rank()))
		}
		return next
	})
	return While(condition, step, state...)[1 : 1+len(parts)+len(sums)]
}

// at are the indices of what begins at a row and a start of its length.
func at(row, start *Node, rank int) []*Node {
	indices := []*Node{row, start}
	for len(indices) < rank {
		indices = append(indices, Const(start.Graph(), int32(0)))
	}
	return indices
}

// inLoop says whether x is computed inside a loop's body.
func inLoop(x *Node) bool { return x.Graph().CurrentFunc().IsClosure() }
