package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// attend returns softmax(q·kᵀ + bias)·v, with the softmax in float32.
//
//	q    [batch…, queries, headDim], divided by √headDim beforehand
//	k, v [batch…, keys, headDim]
//	bias broadcast to [batch…, queries, keys] float32, a constant
//
// The result is [batch…, queries, headDim]. drop applies dropout of rate to the
// attention weights. Without it the backward pass keeps nothing of size
// queries×keys: it computes the weights again from the rows' logsumexp.
func attend(q, k, v, bias *Node, drop *model.Dropout, rate float64) *Node {
	if drop != nil && rate > 0 {
		weights := drop.Apply(Softmax(scores(q, k, bias), -1), rate)
		return dot(ConvertDType(weights, v.DType()), v)
	}
	seq := q.Shape().Dim(-2)
	return attendBlocks(q, k, v, bias, blocks{length: seq, size: seq}, false)
}

// attendBlocks computes [attend] block by block, so that one block's scores are
// in memory at a time. With several blocks q, k and v are [rows, seq, headDim]
// and bias is [rows, 1, keys]. checkpoint keeps the result for the backward pass
// of a layer that is otherwise recomputed there.
func attendBlocks(q, k, v, bias *Node, b blocks, checkpoint bool) *Node {
	seq := b.length
	outs := overBlocks(b, []*Node{q}, []*Node{k, v, bias},
		[]*Node{b.zeros(q, 0, q.DType()), b.zeros(q, 1, dtypes.Float32)}, nil,
		func(pieces, whole []*Node) (parts, _ []*Node) {
			out, logSum := attendForward(pieces[0], whole[0], whole[1], whole[2])
			return []*Node{out, logSum}, nil
		})
	out, logSum := SliceAxis(outs[0], -2, AxisRangeFromStart(seq)), outs[1]
	if checkpoint {
		out = out.Checkpoint()
	}
	return model.WithGradient(-2, out, []*Node{q, k, v}, func(out *Node, in []*Node, dOut *Node) []*Node {
		q, k, v := in[0], in[1], in[2]
		// Σ_j P_ij·dP_ij of the softmax's gradient equals dOut_i·out_i.
		delta := ReduceAndKeep(Mul(toFloat32(dOut), toFloat32(out)), ReduceSum, -1) // [batch…, queries, 1]
		grads := overBlocks(b, []*Node{q, dOut, delta, logSum}, []*Node{k, v, bias},
			[]*Node{b.zeros(q, 0, q.DType())}, []*Node{float32Zeros(k), float32Zeros(v)},
			func(pieces, whole []*Node) (parts, sums []*Node) {
				dq, dk, dv := attendBackward(pieces[0], whole[0], whole[1], whole[2], pieces[1], pieces[2], pieces[3])
				return []*Node{dq}, []*Node{dk, dv}
			})
		dq := SliceAxis(grads[0], -2, AxisRangeFromStart(seq))
		return []*Node{dq, ConvertDType(grads[1], k.DType()), ConvertDType(grads[2], v.DType())}
	})
}

// attendForward returns the attention's result and the logsumexp of each row's
// scores, [batch…, queries, 1] float32. It divides by the rows' sums last, on
// [queries, headDim] instead of [queries, keys].
func attendForward(q, k, v, bias *Node) (out, logSum *Node) {
	s := scores(q, k, bias)
	maximum := rowMax(s)      // [batch…, queries, 1]
	e := Exp(Sub(s, maximum)) // [batch…, queries, keys]
	sum := rowSum(e)          // [batch…, queries, 1]
	out = Div(toFloat32(dot(ConvertDType(e, v.DType()), v)), sum)
	return ConvertDType(out, q.DType()), Add(maximum, Log(sum))
}

// rowMax returns the maximum over the last axis, kept with size 1. Inside a loop
// of the graph go-xla cannot build a reduction (it caches their functions for the
// whole graph), so there rowMax folds the row to an eighth until one element is
// left.
func rowMax(x *Node) *Node {
	if !inLoop(x) {
		return ReduceAndKeep(x, ReduceMax, -1)
	}
	for n := x.Shape().Dim(-1); n > 1; n = x.Shape().Dim(-1) {
		width := (n + 7) / 8
		folded := SliceAxis(x, -1, AxisRange(0, width))
		for start := width; start < n; start += width {
			first := min(start, n-width) // the last slice may overlap, which a maximum allows
			folded = Max(folded, SliceAxis(x, -1, AxisRange(first, first+width)))
		}
		x = OptimizationBarrier(folded)
	}
	return x
}

// rowSum returns the sum over the last axis, kept with size 1; inside a loop of
// the graph as a product with ones, for [rowMax]'s reason.
func rowSum(x *Node) *Node {
	if !inLoop(x) {
		return ReduceAndKeep(x, ReduceSum, -1)
	}
	ones := BroadcastToDims(Const(x.Graph(), float32(1)), x.Shape().Dim(-1), 1)
	return DotGeneral(x, []int{x.Rank() - 1}, nil, ones, []int{0}, nil)
}

// attendBackward returns the gradients of q in its dtype, and of k and v in
// float32. It works on transposed scores, [batch…, keys, queries]: then only one
// of the three products needs its large operand transposed, which XLA's CPU
// library does by copying it.
func attendBackward(q, k, v, bias, dOut, delta, logSum *Node) (dq, dk, dv *Node) {
	p := Exp(Sub(scores(k, q, transposed(bias)), transposed(logSum))) // float32
	dp := dotTransposed(v, dOut)                                      // float32
	ds := ConvertDType(Mul(p, Sub(dp, transposed(delta))), q.DType())
	dk, dv = dot32(ds, q), dot32(ConvertDType(p, v.DType()), dOut)
	return ConvertDType(transposedDot(ds, k), q.DType()), dk, dv
}

// transposed exchanges x's last two axes.
func transposed(x *Node) *Node { return Transpose(x, -2, -1) }

// scores returns q·kᵀ + bias, [batch…, queries, keys] float32.
func scores(q, k, bias *Node) *Node { return Add(dotTransposed(q, k), bias) }

// float32Zeros returns zeros of x's shape in float32.
func float32Zeros(x *Node) *Node {
	return Zeros(x.Graph(), shapes.Make(dtypes.Float32, x.Shape().Dimensions...))
}
