package model

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Problems of a classifier, transformers' problem_type.
const (
	Regression  = "regression"
	SingleLabel = "single_label_classification"
	MultiLabel  = "multi_label_classification"
)

// ClassifierLoss is the loss of a classifier's scores, [batch, k] float32, as
// transformers' ...ForSequenceClassification computes it. It returns the sum
// over what is averaged and the number of its terms, both scalars.
//
//	Regression   labels [batch, k] float32: squared error, a term a score
//	SingleLabel  labels [batch] int32: cross-entropy, a term a row
//	MultiLabel   labels [batch, k] float32 of 0 and 1: binary cross-entropy, a term a score
//
// weights [batch] float32 leave out rows that only fill a batch; nil is all.
func ClassifierLoss(problem string, logits, labels, weights *Node) (sum, count *Node) {
	g := logits.Graph()
	if weights == nil {
		weights = graph.Ones(g, shapes.Make(dtypes.Float32, logits.Shape().Dim(0)))
	}
	if problem == SingleLabel {
		entropies := crossEntropy(logits, graph.InsertAxes(labels, -1)) // [batch, 1]
		return graph.ReduceAllSum(graph.Mul(weights, graph.Squeeze(entropies, 1))), graph.ReduceAllSum(weights)
	}
	var terms *Node // [batch, k]
	switch problem {
	case Regression:
		terms = graph.Square(graph.Sub(logits, labels))
	case MultiLabel: // max(x, 0) - x·y + log(1 + exp(-|x|))
		zero := graph.ScalarZero(g, dtypes.Float32)
		terms = graph.Add(
			graph.Sub(graph.Max(logits, zero), graph.Mul(logits, labels)),
			graph.Log1P(graph.Exp(graph.Neg(graph.Abs(logits)))))
	default:
		panic(fmt.Errorf("problem_type %q has no loss", problem))
	}
	sum = graph.ReduceAllSum(graph.Mul(terms, graph.InsertAxes(weights, -1)))
	count = graph.MulScalar(graph.ReduceAllSum(weights), float64(logits.Shape().Dim(1)))
	return sum, count
}
