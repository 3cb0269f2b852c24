package similarity

import (
	"context"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
	"llmjp.internal/modernbert/pkg/result"
)

// Results are what Experiment finds: Figure 3 and Figure 4.
type Results struct {
	Points    *result.AlignmentUniformity
	Distances *result.Similarity
}

// Renew runs the experiment with the models that the environment names (see
// models.FromEnvironment and retrieval.DefaultSource) and MODERNBERT_RANDOM
// random pairs, and keeps its results in dir. Where the environment names no
// model the results that are there are read.
func Renew(ctx context.Context, dir string) (r Results, err error) {
	if err := renew(ctx, dir); err != nil {
		return r, err
	}
	if r.Points, err = result.Load[result.AlignmentUniformity](dir); err != nil {
		return r, err
	}
	r.Distances, err = result.Load[result.Similarity](dir)
	return r, err
}

func renew(ctx context.Context, dir string) error {
	list, err := models.FromEnvironment()
	if err != nil || len(list) == 0 {
		return err
	}
	source, err := retrieval.DefaultSource()
	if err != nil {
		return err
	}
	var o Options
	if o.Random, err = models.Number("MODERNBERT_RANDOM", 0); err != nil {
		return err
	}
	points, distances, err := Experiment(ctx, source, list, o)
	if err != nil {
		return err
	}
	if err := result.Save(dir, points); err != nil {
		return err
	}
	return result.Save(dir, distances)
}
