package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// masked is what a forbidden score is lowered by: finite, so that a row with
// nothing to attend to stays finite.
const masked = -1e30

// Attend is softmax(q·kᵀ + bias)·v, with q scaled beforehand and the softmax
// in float32.
//
//	q    [batch…, queries, heads, headDim]
//	k, v [batch…, keys, heads, headDim]
//	bias broadcast to [batch…, heads, queries, keys] float32
//
// It returns [batch…, queries, heads, headDim]. drop and rate are dropout on
// the attention weights.
func Attend(q, k, v, bias *Node, drop *model.Dropout, rate float64) *Node {
	rank := q.Rank()
	batch := make([]int, 0, rank-1) // batch… and heads
	for axis := range rank - 3 {
		batch = append(batch, axis)
	}
	batch = append(batch, rank-2)

	scores := DotGeneral(q, []int{rank - 1}, batch, k, []int{rank - 1}, batch) // [batch…, heads, queries, keys]
	scores = Add(ConvertDType(scores, dtypes.Float32), bias)
	weights := drop.Apply(Softmax(scores, -1), rate)
	weights = ConvertDType(weights, v.DType())

	left := make([]int, rank-2)
	for axis := range left {
		left[axis] = axis
	}
	out := DotGeneral(weights, []int{rank - 1}, left, v, []int{rank - 3}, batch) // [batch…, heads, queries, headDim]
	return Transpose(out, rank-3, rank-2)
}

// PaddingBias is 0 for the attended keys of each row and very low for its
// padding: [batch, seq] float32, from lengths [batch] int32.
func PaddingBias(lengths *Node, seq int) *Node {
	batch := lengths.Shape().Dimensions[0]
	position := Iota(lengths.Graph(), shapes.Make(dtypes.Int32, batch, seq), 1)
	return Bias(LessThan(position, InsertAxes(lengths, -1)))
}

// Bias is 0 where allowed and very low elsewhere, in float32.
func Bias(allowed *Node) *Node {
	zero := ScalarZero(allowed.Graph(), dtypes.Float32)
	return Where(allowed, zero, AddScalar(zero, masked))
}
