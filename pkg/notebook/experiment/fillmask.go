package experiment

import (
	"context"

	"llmjp.internal/modernbert/pkg/eval/fillmask"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

// guesses is the number of guesses that a result keeps for each sentence.
const guesses = 5

// Sentences reads the sentences of MODERNBERT_SENTENCES, else the paper's.
func Sentences() ([]fillmask.Sentence, error) { return fillmask.Read(variable.Sentences.List()...) }

// FillMask fills the masks of Sentences with each model of Models and saves
// Table 3's result in Data; without a model it reads the result there.
func FillMask(ctx context.Context) (*result.FillMask, error) {
	return renew(func(list []models.Model) (*result.FillMask, error) {
		all, err := Sentences()
		if err != nil {
			return nil, err
		}
		return fillmask.Experiment(ctx, list, all, fillmask.Options{TopK: guesses}, variable.Sentences.List()...)
	})
}
