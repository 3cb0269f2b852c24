package nn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// ClassifierLoss compares a classifier's scores, [batch, k] float32, with labels
// as transformers' ...ForSequenceClassification does. It returns two scalars: the
// sum of the terms, and their number.
//
//	Regression   labels [batch, k] float32: squared error, a term a score
//	SingleLabel  labels [batch] int32: cross-entropy in nats, a term a row
//	MultiLabel   labels [batch, k] float32 of 0 and 1: binary cross-entropy, a term a score
//
// weights [batch] float32 multiply each row's terms: 0 for rows that only fill a
// batch. nil weighs all rows 1.
func ClassifierLoss(problem string, scores, labels, weights *Node) (sum, count *Node) {
	g := scores.Graph()
	if weights == nil {
		weights = Ones(g, shapes.Make(dtypes.Float32, scores.Shape().Dim(0)))
	}
	if problem == model.SingleLabel {
		return ReduceAllSum(Mul(weights, CrossEntropy(scores, labels))), ReduceAllSum(weights)
	}
	var terms *Node // [batch, k]
	switch problem {
	case model.Regression:
		terms = Square(Sub(scores, labels))
	case model.MultiLabel: // max(x, 0) - x·y + log(1 + exp(-|x|))
		zero := ScalarZero(g, dtypes.Float32)
		terms = Add(Sub(Max(scores, zero), Mul(scores, labels)), Log1P(Exp(Neg(Abs(scores)))))
	default:
		panic(fmt.Errorf("problem_type %q has no loss", problem))
	}
	sum = ReduceAllSum(Mul(terms, InsertAxes(weights, -1)))
	count = MulScalar(ReduceAllSum(weights), float64(scores.Shape().Dim(1)))
	return sum, count
}
