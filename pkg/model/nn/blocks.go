package nn

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// blocks cuts the axis before the last into n pieces of size.
type blocks struct{ n, size int }

// zeros is like x, cut to whole blocks, with the given width of the last axis
// (0: x's).
func (b blocks) zeros(x *Node, width int, dtype dtypes.DType) *Node {
	dims := append([]int(nil), x.Shape().Dimensions...)
	dims[len(dims)-2] = b.n * b.size
	if width > 0 {
		dims[len(dims)-1] = width
	}
	return Zeros(x.Graph(), shapes.Make(dtype, dims...))
}

// fill appends zeros to the cut axis until it is whole blocks long.
func (b blocks) fill(x *Node) *Node {
	dims := append([]int(nil), x.Shape().Dimensions...)
	axis := len(dims) - 2
	missing := b.n*b.size - dims[axis]
	if missing == 0 {
		return x
	}
	dims[axis] = missing
	return Concatenate([]*Node{x, Zeros(x.Graph(), shapes.Make(x.DType(), dims...))}, axis)
}

// overBlocks calls body for one block after another. cut are given block by
// block, whole as they are. body returns its block of each of parts, which are
// put together, and terms of each of sums, which are added up. parts and sums
// come as zeros of their final shapes; the result is both, in order.
//
// It is a loop of the graph where the backend has one that can slice, so that
// the block's code is compiled once and its memory used again.
func overBlocks(b blocks, cut, whole, parts, sums []*Node, body func(cut, whole []*Node) (parts, sums []*Node)) []*Node {
	can := cut[0].Graph().Backend().Capabilities()
	if b.n > 1 && can.Functions && can.Operations[compute.OpTypeDynamicSlice] && can.Operations[compute.OpTypeDynamicUpdateSlice] {
		filled := make([]*Node, len(cut))
		for i, x := range cut {
			filled[i] = b.fill(x)
		}
		return b.loop(filled, whole, parts, sums, body)
	}
	return b.unroll(cut, func(block []*Node) (parts, sums []*Node) { return body(block, whole) })
}

// unroll is overBlocks without a loop of the graph. The last block may be
// smaller than the others.
func (b blocks) unroll(cut []*Node, body func(cut []*Node) (parts, sums []*Node)) []*Node {
	if b.n == 1 {
		parts, sums := body(cut)
		return append(parts, sums...)
	}
	var pieces [][]*Node
	var totals []*Node
	length := cut[0].Shape().Dim(-2)
	for i := range b.n {
		block := make([]*Node, len(cut))
		for j, x := range cut {
			block[j] = SliceAxis(x, -2, AxisRange(i*b.size, min((i+1)*b.size, length)))
		}
		if i == 0 {
			parts, sums := body(block)
			for _, x := range parts {
				pieces = append(pieces, []*Node{x})
			}
			totals = sums
			continue
		}
		block[0] = after(block[0], pieces[0][i-1])
		parts, sums := body(block)
		for j, x := range parts {
			pieces[j] = append(pieces[j], x)
		}
		for j, x := range sums {
			totals[j] = Add(totals[j], x)
		}
	}
	var out []*Node
	for _, piece := range pieces {
		out = append(out, Concatenate(piece, -2))
	}
	return append(out, totals...)
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
		return []*Node{LessThan(receive(g)[0], Const(g, int32(b.n)))}
	})
	step := NewClosure(g, func(g *Graph) []*Node {
		next := receive(g)
		i, rest := next[0], next[1:]
		take := func(n int) (taken []*Node) { taken, rest = rest[:n:n], rest[n:]; return taken }
		parts, sums, cut, whole := take(len(parts)), take(len(sums)), take(len(cut)), rest
		start := Mul(i, Const(g, int32(b.size))) // a scalar operation would take a constant from outside
		block := make([]*Node, len(cut))
		for j, x := range cut {
			dims := append([]int(nil), x.Shape().Dimensions...)
			dims[len(dims)-2] = b.size
			block[j] = DynamicSlice(x, at(start, x.Rank()), dims)
		}
		gotParts, gotSums := body(block, whole)
		next[0] = Add(i, Const(g, int32(1)))
		for j, x := range gotParts {
			next[1+j] = DynamicUpdateSlice(parts[j], x, at(start, x.Rank()))
		}
		for j, x := range gotSums {
			next[1+len(parts)+j] = Add(sums[j], x)
		}
		return next
	})
	return While(condition, step, state...)[1 : 1+len(parts)+len(sums)]
}

// at are the indices of a block that starts at start on the axis before the last.
func at(start *Node, rank int) []*Node {
	indices := make([]*Node, rank)
	for axis := range indices {
		indices[axis] = Const(start.Graph(), int32(0))
	}
	indices[rank-2] = start
	return indices
}

// inLoop says whether x is computed inside a loop's body.
func inLoop(x *Node) bool { return x.Graph().CurrentFunc().IsClosure() }
