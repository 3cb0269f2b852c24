package retrieval

import (
	"context"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/result"
)

// Renew runs the experiment with the models that the environment names (see
// models.Renew and DefaultSource) and keeps its result in dir.
func Renew(ctx context.Context, dir string) (*result.Retrieval, error) {
	return models.Renew(dir, func(list []models.Model) (*result.Retrieval, error) {
		source, err := DefaultSource()
		if err != nil {
			return nil, err
		}
		return Experiment(ctx, source, list, encoder.Options{}, sentence.Options{})
	})
}
