package similarity

import (
	"context"
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/eval/sentence"
)

// Uniformity names the pairs that the uniformity is over.
type Uniformity string

const (
	AllPairs    Uniformity = "all"   // all ordered pairs of the random pairs' texts: the authors' code
	RandomPairs Uniformity = "pairs" // the random pairs alone: the paper's wording
)

// ParseUniformity reads a Uniformity by its name.
func ParseUniformity(name string) (Uniformity, error) {
	switch u := Uniformity(name); u {
	case AllPairs, RandomPairs:
		return u, nil
	}
	return "", fmt.Errorf("uniformity over %q is neither %s nor %s", name, AllPairs, RandomPairs)
}

// Scores holds the scores of one model, whose embeddings have unit length.
type Scores struct {
	Alignment  float64   // mean of |x-y|² over the positive pairs, in [0, 4]
	Uniformity float64   // log of the mean of exp(-2|x-y|²), in [-8, 0]
	IsoScore   *float64  // of the random pairs' texts, in [0, 1]; nil where all lie in one point
	Positive   []float64 // cosine of each positive pair
	Random     []float64 // cosine of each random pair
	// PositiveDistances and RandomDistances are |x-y|² = 2-2cos of the same
	// pairs, exactly 0 for equal texts.
	PositiveDistances, RandomDistances []float64
}

// Model computes the scores of a model's sentence embeddings. cut is the
// number of different texts longer than the model.
func (t *Task) Model(ctx context.Context, e *encoder.Encoder, o sentence.Options, over Uniformity) (scores Scores, cut int, err error) {
	texts := o.Prompts.Queries(t.Queries)
	for _, list := range [][]string{t.Positives, t.Left, t.Right} {
		texts = append(texts, o.Prompts.Passages(list)...)
	}
	embeddings, cut, err := sentence.Embed(ctx, e, texts, o)
	if err != nil {
		return Scores{}, 0, err
	}
	scores, err = t.Embeddings(embeddings, over)
	return scores, cut, err
}

// Embeddings computes the scores of embeddings that are there already: those
// of Queries, Positives, Left and Right, one after another.
func (t *Task) Embeddings(e *metric.Embeddings, over Uniformity) (Scores, error) {
	n, m := len(t.Queries), len(t.Left)
	switch {
	case n == 0 || m == 0 || n != len(t.Positives) || m != len(t.Right):
		return Scores{}, fmt.Errorf("similarity: %d queries for %d positives, random pairs of %d and %d texts; whole pairs are needed, at least one of each kind", n, len(t.Positives), m, len(t.Right))
	case e.Len() != 2*n+2*m:
		return Scores{}, fmt.Errorf("similarity: %d embeddings for %d pairs", e.Len(), n+m)
	}
	x, y := e.Slice(0, n), e.Slice(n, 2*n)
	left, right, all := e.Slice(2*n, 2*n+m), e.Slice(2*n+m, 2*n+2*m), e.Slice(2*n, 2*n+2*m)
	s := Scores{
		Alignment: metric.Alignment(x, y),
		Positive:  x.Pairwise(y), Random: left.Pairwise(right),
		PositiveDistances: x.SquaredDistances(y), RandomDistances: left.SquaredDistances(right),
	}
	if score := metric.IsoScore(all); !math.IsNaN(score) {
		s.IsoScore = &score
	}
	switch over {
	case AllPairs:
		s.Uniformity = metric.Uniformity(all)
	case RandomPairs:
		s.Uniformity = metric.PairUniformity(left, right)
	default:
		_, err := ParseUniformity(string(over))
		return Scores{}, err
	}
	return s, nil
}
