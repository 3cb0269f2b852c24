package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Attend is softmax(q·kᵀ + bias)·v, with q scaled beforehand and the softmax
// in float32.
//
//	q    [batch…, queries, headDim]
//	k, v [batch…, keys, headDim]
//	bias broadcast to [batch…, queries, keys] float32, a constant
//
// It returns [batch…, queries, headDim]. drop and rate are dropout on the
// attention weights. Nothing of size queries×keys is kept for the backward
// pass: it computes the weights again, from the rows' logsumexp.
func Attend(q, k, v, bias *Node, drop *model.Dropout, rate float64) *Node {
	if drop != nil && rate > 0 {
		weights := drop.Apply(Softmax(scores(q, k, bias), -1), rate)
		return dot(ConvertDType(weights, v.DType()), v)
	}
	seq := q.Shape().Dim(-2)
	return attendBlocks(q, k, v, bias, blocks{length: seq, size: seq}, false)
}

// attendBlocks is Attend block after block, so that the scores of one block at
// a time stand in memory. For several blocks q, k and v are [rows, seq,
// headDim] and bias [rows, 1, keys], the same for all queries. keep saves the
// result of a layer that is otherwise computed again in the backward pass.
func attendBlocks(q, k, v, bias *Node, b blocks, keep bool) *Node {
	seq := b.length
	outs := overBlocks(b, []*Node{q}, []*Node{k, v, bias},
		[]*Node{b.zeros(q, 0, q.DType()), b.zeros(q, 1, dtypes.Float32)}, nil,
		func(cut, whole []*Node) (parts, _ []*Node) {
			out, logSum := attendForward(cut[0], whole[0], whole[1], whole[2])
			return []*Node{out, logSum}, nil
		})
	out, logSum := SliceAxis(outs[0], -2, AxisRangeFromStart(seq)), outs[1]
	if keep {
		out = out.Checkpoint()
	}
	return model.WithGradient(-2, out, []*Node{q, k, v}, func(out *Node, in []*Node, dOut *Node) []*Node {
		q, k, v := in[0], in[1], in[2]
		// Σ_j P_ij·dP_ij of the softmax's gradient is dOut_i·out_i.
		delta := ReduceAndKeep(Mul(float(dOut), float(out)), ReduceSum, -1) // [batch…, queries, 1]
		grads := overBlocks(b, []*Node{q, dOut, delta, logSum}, []*Node{k, v, bias},
			[]*Node{b.zeros(q, 0, q.DType())}, []*Node{zerosLike32(k), zerosLike32(v)},
			func(cut, whole []*Node) (parts, sums []*Node) {
				dq, dk, dv := attendBackward(cut[0], whole[0], whole[1], whole[2], cut[1], cut[2], cut[3])
				return []*Node{dq}, []*Node{dk, dv}
			})
		dq := SliceAxis(grads[0], -2, AxisRangeFromStart(seq))
		return []*Node{dq, ConvertDType(grads[1], k.DType()), ConvertDType(grads[2], v.DType())}
	})
}

// attendForward gives the result and the logsumexp of the rows' scores,
// [batch…, queries, 1] float32. It divides by the rows' sums last, on
// [queries, headDim] instead of [queries, keys].
func attendForward(q, k, v, bias *Node) (out, logSum *Node) {
	s := scores(q, k, bias)
	maximum := rowMax(s)      // [batch…, queries, 1]
	e := Exp(Sub(s, maximum)) // [batch…, queries, keys]
	sum := rowSum(e)          // [batch…, queries, 1]
	out = Div(float(dot(ConvertDType(e, v.DType()), v)), sum)
	return ConvertDType(out, q.DType()), Add(maximum, Log(sum))
}

// rowMax is the maximum over the last axis, kept with size 1. Inside a loop
// go-xla cannot build a reduction (it caches their functions for the whole
// graph), so there the row is folded to an eighth until one element is left.
func rowMax(x *Node) *Node {
	if !inLoop(x) {
		return ReduceAndKeep(x, ReduceMax, -1)
	}
	for n := x.Shape().Dim(-1); n > 1; n = x.Shape().Dim(-1) {
		width := (n + 7) / 8
		folded := SliceAxis(x, -1, AxisRange(0, width))
		for start := width; start < n; start += width {
			first := min(start, n-width) // the last may overlap: a maximum does not mind
			folded = Max(folded, SliceAxis(x, -1, AxisRange(first, first+width)))
		}
		x = OptimizationBarrier(folded)
	}
	return x
}

// rowSum is the sum over the last axis, kept with size 1; inside a loop a
// product with ones, for the same reason.
func rowSum(x *Node) *Node {
	if !inLoop(x) {
		return ReduceAndKeep(x, ReduceSum, -1)
	}
	ones := BroadcastToDims(Const(x.Graph(), float32(1)), x.Shape().Dim(-1), 1)
	return DotGeneral(x, []int{x.Rank() - 1}, nil, ones, []int{0}, nil)
}

// attendBackward gives the gradients of q, and in float32 of k and v. It works
// on transposed scores, [batch…, keys, queries]: of the three products with
// them, only one then wants its large operand transposed, which XLA's CPU
// library does by copying it.
func attendBackward(q, k, v, bias, dOut, delta, logSum *Node) (dq, dk, dv *Node) {
	p := Exp(Sub(scores(k, q, turned(bias)), turned(logSum))) // float32
	dp := dotTransposed(v, dOut)                              // float32
	ds := ConvertDType(Mul(p, Sub(dp, turned(delta))), q.DType())
	dk, dv = dot32(ds, q), dot32(ConvertDType(p, v.DType()), dOut)
	return ConvertDType(transposedDot(ds, k), q.DType()), dk, dv
}

// turned is x with its last two axes exchanged.
func turned(x *Node) *Node { return Transpose(x, -2, -1) }

// scores are q·kᵀ + bias: [batch…, queries, keys] float32.
func scores(q, k, bias *Node) *Node { return Add(dotTransposed(q, k), bias) }

func zerosLike32(x *Node) *Node {
	return Zeros(x.Graph(), shapes.Make(dtypes.Float32, x.Shape().Dimensions...))
}
