package encoder

import (
	"context"
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/model"
)

// A Stage describes the values at one place of a forward pass.
type Stage struct {
	Name  string
	Shape []int   // [positions, width]
	Std   float64 // standard deviation of the values
}

// Walk computes one row and describes its values after the embeddings and every layer,
// the last after the final norm, and with a masked-language-model head the scores of
// the vocabulary.
func (e *Encoder) Walk(ctx context.Context, row Row) ([]Stage, error) {
	var stages []Stage
	add := func(name string, values []float32) {
		stages = append(stages, Stage{name, []int{len(row.IDs), len(values) / len(row.IDs)}, deviation(values)})
	}
	err := e.Hidden(ctx, []Row{row}, func(_ int, layers [][]float32) error {
		for k, values := range layers {
			switch k {
			case 0:
				add("embeddings", values)
			case len(layers) - 1:
				add(fmt.Sprintf("layer %d, final norm", k-1), values)
			default:
				add(fmt.Sprintf("layer %d", k-1), values)
			}
		}
		return nil
	})
	if err != nil || e.Head != model.MaskedLM {
		return stages, err
	}
	var scores []float32
	err = e.Logits(ctx, []Row{row}, nil, func(_, _ int, values []float32) error {
		scores = append(scores, values...)
		return nil
	})
	if err == nil {
		add("scores", scores)
	}
	return stages, err
}

// WalkText returns [Encoder.Walk] of a text with its special tokens.
func (e *Encoder) WalkText(ctx context.Context, s string) ([]Stage, error) {
	limit, err := e.MaxLength(0)
	if err != nil {
		return nil, err
	}
	row, _, err := e.EncodeText(s, limit)
	if err != nil {
		return nil, err
	}
	return e.Walk(ctx, row)
}

// deviation returns the standard deviation of values.
func deviation(values []float32) float64 {
	sum, squares := 0.0, 0.0
	for _, x := range values {
		sum += float64(x)
	}
	mean := sum / float64(len(values))
	for _, x := range values {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	return math.Sqrt(squares / float64(len(values)))
}
