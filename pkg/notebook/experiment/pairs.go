package experiment

import (
	"context"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/eval/similarity"
	"llmjp.internal/modernbert/pkg/notebook"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

// Pairs returns the pairs of MODERNBERT_PAIRS with the passages of
// MODERNBERT_PASSAGES, else those of retrieval.Default.
func Pairs() (retrieval.Source, error) {
	if files := variable.Pairs.List(); len(files) > 0 {
		return retrieval.Source{Name: filepath.Base(files[0]), Pairs: files[0], Texts: variable.Passages.List()}, nil
	}
	return retrieval.Default()
}

// Retrieval measures zero-shot retrieval of Pairs by each model of Models and
// saves Table 4's result in Data; without a model it reads the result there.
func Retrieval(ctx context.Context) (*result.Retrieval, error) {
	return renew(func(list []models.Model) (*result.Retrieval, error) {
		source, err := Pairs()
		if err != nil {
			return nil, err
		}
		return retrieval.Experiment(ctx, source, list, encoder.Options{}, sentence.Options{})
	})
}

// AlignmentUniformity measures alignment and uniformity of Pairs for each model
// of Models, with MODERNBERT_RANDOM random pairs of the texts of
// MODERNBERT_RANDOM_TEXTS or, without those, of the passages. It saves the results of
// Figures 3 and 4 in Data and returns Figure 3's; without a model it reads that.
func AlignmentUniformity(ctx context.Context) (*result.AlignmentUniformity, error) {
	return renew(func(list []models.Model) (*result.AlignmentUniformity, error) {
		points, distances, err := embeddings(ctx, list)
		if err != nil {
			return nil, err
		}
		return points, result.Save(notebook.Data(), distances)
	})
}

// Similarity computes the same as AlignmentUniformity and returns Figure 4's
// result.
func Similarity(ctx context.Context) (*result.Similarity, error) {
	return renew(func(list []models.Model) (*result.Similarity, error) {
		points, distances, err := embeddings(ctx, list)
		if err != nil {
			return nil, err
		}
		return distances, result.Save(notebook.Data(), points)
	})
}

func embeddings(ctx context.Context, list []models.Model) (*result.AlignmentUniformity, *result.Similarity, error) {
	source, err := Pairs()
	if err != nil {
		return nil, nil, err
	}
	source.Random = variable.RandomTexts.List()
	n, err := variable.Random.Number(1, 0)
	if err != nil {
		return nil, nil, err
	}
	return similarity.Experiment(ctx, source, list, similarity.Options{Random: n})
}
