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
//	q    [batch…, queries, headDim]
//	k, v [batch…, keys, headDim]
//	bias broadcast to [batch…, queries, keys] float32
//
// It returns [batch…, queries, headDim]. drop and rate are dropout on the
// attention weights.
func Attend(q, k, v, bias *Node, drop *model.Dropout, rate float64) *Node {
	rank := q.Rank()
	batch := make([]int, rank-2)
	for axis := range batch {
		batch[axis] = axis
	}
	scores := DotGeneral(q, []int{rank - 1}, batch, k, []int{rank - 1}, batch) // [batch…, queries, keys]
	scores = Add(ConvertDType(scores, dtypes.Float32), bias)
	weights := drop.Apply(Softmax(scores, -1), rate)
	return DotGeneral(ConvertDType(weights, v.DType()), []int{rank - 1}, batch, v, []int{rank - 2}, batch)
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
