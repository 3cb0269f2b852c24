package model

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// MaskedLMLoss compares scores with the tokens that were masked. It returns
// scalars: the weighted sum of the cross-entropies in nats, the sum of the
// weights, and the weighted number of positions whose highest score is the
// label's. Divide sum by count for the mean.
//
// logits are [n, vocab] float32, labels [n] int32 (any valid id where the
// weight is 0), weights [n] float32. Cross-entropy is logsumexp minus the
// label's score: no one-hot matrix and no second copy of the scores.
func MaskedLMLoss(logits, labels, weights *Node) (sum, count, correct *Node) {
	shape := logits.Shape()
	n := shape.Dimensions[0]
	maximum := graph.StopGradient(graph.ReduceMax(logits, 1))                                        // [n]
	shifted := graph.Sub(logits, graph.InsertAxes(maximum, -1))                                      // [n, vocab]
	logSum := graph.Log(graph.ReduceSum(graph.Exp(shifted), 1))                                      // [n]
	rows := graph.Iota(logits.Graph(), shapes.Make(dtypes.Int32, n), 0)                              // [n]
	index := graph.Concatenate([]*Node{graph.InsertAxes(rows, -1), graph.InsertAxes(labels, -1)}, 1) // [n, 2]
	score := graph.Gather(shifted, index)                                                            // [n]

	sum = graph.ReduceAllSum(graph.Mul(weights, graph.Sub(logSum, score)))
	count = graph.ReduceAllSum(weights)
	best := graph.ArgMax(logits, 1, dtypes.Int32)
	hit := graph.ConvertDType(graph.Equal(best, labels), dtypes.Float32)
	correct = graph.ReduceAllSum(graph.Mul(weights, hit))
	return sum, count, correct
}
