package retrieval

import (
	"context"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/result"
)

// Renew runs the experiment with the models that the environment names (see
// models.FromEnvironment and DefaultSource) and keeps its result in dir, whose
// result it returns. Where the environment names no model the result that is
// there is read.
func Renew(ctx context.Context, dir string) (*result.Retrieval, error) {
	list, err := models.FromEnvironment()
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		source, err := DefaultSource()
		if err != nil {
			return nil, err
		}
		r, err := Experiment(ctx, source, list, encoder.Options{}, sentence.Options{})
		if err != nil {
			return nil, err
		}
		if err := result.Save(dir, r); err != nil {
			return nil, err
		}
	}
	return result.Load[result.Retrieval](dir)
}
