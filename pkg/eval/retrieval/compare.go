package retrieval

import (
	"context"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

// Compare ranks with one model after another.
func (t *Task) Compare(ctx context.Context, list []models.Model, options encoder.Options, o sentence.Options) ([]result.RetrievalRow, error) {
	var rows []result.RetrievalRow
	err := models.Each(ctx, list, model.Body, options, func(m models.Model, e *encoder.Encoder) error {
		scores, _, err := t.Model(ctx, e, o)
		rows = append(rows, scores.Row(m.Checkpoint))
		return err
	})
	return rows, err
}

// Measures ranks with what needs no model: edit distance and the Jaccard
// similarity of words (the paper's baselines, Appendix B), and what they might
// have meant: edit distance by length, and the Jaccard similarity of characters.
func (t *Task) Measures(ctx context.Context) ([]result.RetrievalRow, error) {
	var rows []result.RetrievalRow
	for _, m := range []struct {
		name   string
		scores func() (Scores, error)
	}{
		{result.EditDistance, func() (Scores, error) { return t.Edit(ctx, nil) }},
		{result.EditShare, func() (Scores, error) { return t.EditShare(ctx, nil) }},
		{result.JaccardWords, func() (Scores, error) { return t.Jaccard(ctx, Words) }},
		{result.JaccardChars, func() (Scores, error) { return t.Jaccard(ctx, Chars) }},
	} {
		scores, err := m.scores()
		if err != nil {
			return nil, err
		}
		rows = append(rows, scores.Row(result.Checkpoint{Name: m.name}))
	}
	return rows, nil
}

// Row returns the scores as a table's row with the given label.
func (s Scores) Row(c result.Checkpoint) result.RetrievalRow {
	return result.RetrievalRow{Checkpoint: c, Recall10: s.Recall10, MRR10: s.MRR10}
}
