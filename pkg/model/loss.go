package model

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// crossEntropy is logsumexp minus the label's score: [n, 1], from logits
// [n, classes] and labels [n, 1] int32.
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
