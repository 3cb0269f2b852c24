package similarity

import (
	"context"
	"time"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

// Options choose the pairs and how texts become vectors. The zero value is the
// paper's but for Random.
type Options struct {
	sentence.Options
	Random     int        // random pairs; 0 is the paper's 2,000, or as many as there are passages for without one twice
	Seed       uint64     // of the random pairs; 0 is the paper's 42
	Uniformity Uniformity // "" is AllPairs
	Encoder    encoder.Options
}

func (o *Options) complete() {
	if o.Seed == 0 {
		o.Seed = PaperSeed
	}
	if o.Uniformity == "" {
		o.Uniformity = AllPairs
	}
}

// Experiment makes Figures 3 and 4: every model's alignment, uniformity and
// IsoScore, and its squared distances of the same positive and random pairs.
func Experiment(ctx context.Context, from retrieval.Source, list []models.Model, o Options) (*result.AlignmentUniformity, *result.Similarity, error) {
	began := time.Now()
	o.complete()
	task, err := Open(from, o.Random, o.Seed)
	if err != nil {
		return nil, nil, err
	}
	points := &result.AlignmentUniformity{Pairs: len(task.Queries), Texts: 2 * len(task.Left)}
	distances := &result.Similarity{}
	err = models.Each(ctx, list, model.Body, o.Encoder, func(m models.Model, e *encoder.Encoder) error {
		scores, _, err := task.Model(ctx, e, o.Options, o.Uniformity)
		if err != nil {
			return err
		}
		point := result.EmbeddingScore{Checkpoint: m.Checkpoint, Alignment: scores.Alignment, Uniformity: scores.Uniformity, IsoScore: scores.IsoScore}
		if m.Baseline() {
			points.Baselines = append(points.Baselines, point)
		} else {
			points.Checkpoints = append(points.Checkpoints, point)
		}
		distances.Models = append(distances.Models, result.PairDistances{
			Checkpoint: m.Checkpoint, Positive: float32s(scores.PositiveDistances), Random: float32s(scores.RandomDistances)})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	p, err := models.Provenance(ctx, list, o.Seed, began, append(from.Files(), from.Random...)...)
	p.AddNotes(from.Notes...)
	points.Provenance, distances.Provenance = p, p
	return points, distances, err
}

func float32s(xs []float64) []float32 {
	out := make([]float32, len(xs))
	for i, x := range xs {
		out[i] = float32(x)
	}
	return out
}
