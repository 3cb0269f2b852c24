package retrieval

import (
	"context"
	"time"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/result"
)

// Experiment makes Table 4: the measures that need no model, then each model.
func Experiment(ctx context.Context, from Source, list []models.Model, options encoder.Options, o sentence.Options) (*result.Retrieval, error) {
	began := time.Now()
	task, err := from.Open()
	if err != nil {
		return nil, err
	}
	r := &result.Retrieval{Task: from.Name, N: task.Len()}
	if r.Rows, err = task.Measures(ctx); err != nil {
		return nil, err
	}
	rows, err := task.Compare(ctx, list, options, o)
	if err != nil {
		return nil, err
	}
	r.Rows = append(r.Rows, rows...)
	r.Provenance, err = models.Provenance(ctx, list, 0, began, from.Files()...)
	r.Provenance.AddNotes(from.Notes...)
	return r, err
}
