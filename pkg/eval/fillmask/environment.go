package fillmask

import (
	"context"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/result"
)

// guesses is how many guesses a result keeps for each sentence.
const guesses = 5

// Source are the files of sentences that MODERNBERT_SENTENCES names (or globs,
// separated by commas), else the paper's.
func Source() ([]string, error) {
	if files := models.Refs("MODERNBERT_SENTENCES"); len(files) > 0 {
		return files, nil
	}
	paper, err := PaperFile()
	return []string{paper}, err
}

// Renew runs the experiment with the models that the environment names (see
// models.Renew and Source) and keeps its result in dir.
func Renew(ctx context.Context, dir string) (*result.FillMask, error) {
	return models.Renew(dir, func(list []models.Model) (*result.FillMask, error) {
		files, err := Source()
		if err != nil {
			return nil, err
		}
		sentences, err := Read(files...)
		if err != nil {
			return nil, err
		}
		return Experiment(ctx, list, sentences, Options{TopK: guesses}, files...)
	})
}
