package retrieval

import (
	"context"
	"fmt"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/eval/sentence"
)

// Model ranks the passages by the cosine of a model's sentence embeddings.
// cut is the number of different texts longer than the model.
func (t *Task) Model(ctx context.Context, e *encoder.Encoder, o sentence.Options) (scores Scores, cut int, err error) {
	if err := t.check(); err != nil {
		return Scores{}, 0, err
	}
	texts := append(o.Prompts.Queries(t.Queries), o.Prompts.Passages(t.Passages)...)
	embeddings, cut, err := sentence.Embed(ctx, e, texts, o)
	if err != nil {
		return Scores{}, 0, err
	}
	scores, err = t.Embeddings(embeddings)
	return scores, cut, err
}

// Embeddings ranks the passages by the cosine of embeddings that are there
// already: those of the queries, then those of the passages.
func (t *Task) Embeddings(e *metric.Embeddings) (Scores, error) {
	n := t.Len()
	if e.Len() != 2*n {
		return Scores{}, fmt.Errorf("retrieval: %d embeddings for %d queries and %d passages", e.Len(), n, n)
	}
	return NewScores(metric.Ranks(e.Slice(0, n), e.Slice(n, 2*n))), nil
}
