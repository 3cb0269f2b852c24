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
// weight is 0), weights [n] float32.
func MaskedLMLoss(logits, labels, weights *Node) (sum, count, correct *Node) {
	entropies := crossEntropy(logits, graph.InsertAxes(labels, -1)) // [n, 1]
	sum = graph.ReduceAllSum(graph.Mul(weights, graph.Squeeze(entropies, 1)))
	count = graph.ReduceAllSum(weights)
	best := graph.ArgMax(logits, 1, dtypes.Int32)
	hit := graph.ConvertDType(graph.Equal(best, labels), dtypes.Float32)
	correct = graph.ReduceAllSum(graph.Mul(weights, hit))
	return sum, count, correct
}

// crossEntropy is logsumexp minus the label's score: [n, 1], from logits
// [n, vocab] and labels [n, 1] int32. Of a 99,574-way softmax it keeps the
// logits and nothing else; the gradient, softmax minus the label's one, is
// written over them.
func crossEntropy(logits, labels *Node) *Node {
	g, n := logits.Graph(), logits.Shape().Dim(0)
	maximum := graph.ReduceAndKeep(logits, graph.ReduceMax, 1)                            // [n, 1]
	exp := graph.Exp(graph.Sub(logits, maximum))                                          // [n, vocab]
	logSum := graph.Add(maximum, graph.Log(graph.ReduceAndKeep(exp, graph.ReduceSum, 1))) // [n, 1]
	rows := graph.Iota(g, shapes.Make(dtypes.Int32, n, 1), 0)
	score := graph.Gather(logits, graph.Concatenate([]*Node{rows, labels}, 1)) // [n]
	entropy := graph.Sub(logSum, graph.InsertAxes(score, -1))
	return WithGradient(1, entropy, []*Node{logits}, func(_ *Node, in []*Node, df *Node) []*Node {
		softmax := graph.Exp(graph.Sub(in[0], logSum))
		vocabulary := graph.Iota(g, shapes.Make(dtypes.Int32, in[0].Shape().Dimensions...), 1)
		label := graph.ConvertDType(graph.Equal(vocabulary, labels), dtypes.Float32)
		return []*Node{graph.Mul(graph.Sub(softmax, label), df)}
	})
}
