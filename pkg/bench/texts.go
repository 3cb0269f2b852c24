package bench

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/text"
)

// embedding returns the work of turning texts into mean-pooled vectors; its
// value is the norm of the vectors' mean.
func (j Job) embedding(ctx context.Context) (*work, error) {
	texts, err := readTexts(j.Texts)
	if err != nil {
		return nil, err
	}
	e, err := encoder.Load(ctx, j.Model, model.Body, encoder.Options{Compute: j.Case.Compute})
	if err != nil {
		return nil, err
	}
	rows, _, err := e.Tokenize(ctx, texts, j.Case.Length)
	if err != nil {
		return nil, err
	}
	tokens := 0
	for _, r := range rows {
		tokens += len(r.IDs)
	}
	return &work{
		units: float64(tokens), close: e.Close,
		step: func(ctx context.Context) (float64, error) {
			embeddings, _, err := e.Embed(ctx, texts, encoder.Mean, j.Case.Length)
			return normOfMean(embeddings, len(texts)), err
		},
	}, nil
}

// fillMask returns the work of filling the mask in a text; its value is the greatest
// score before softmax.
func (j Job) fillMask(ctx context.Context) (*work, error) {
	texts, err := readTexts(j.Texts)
	if err != nil {
		return nil, err
	}
	e, err := encoder.Load(ctx, j.Model, model.MaskedLM, encoder.Options{Compute: j.Case.Compute})
	if err != nil {
		return nil, err
	}
	tok, err := e.Tokenizer()
	if err != nil {
		return nil, err
	}
	rows, _, err := e.Tokenize(ctx, texts, 0)
	if err != nil {
		return nil, err
	}
	at := slices.Index(rows[0].IDs, tok.Special().Mask)
	if at < 0 {
		return nil, fmt.Errorf("%s: the text has no mask", j.Texts)
	}
	return &work{
		units: 1, close: e.Close,
		step: func(ctx context.Context) (best float64, err error) {
			err = e.Logits(ctx, rows, [][]int{{at}}, func(_, _ int, scores []float32) error {
				best = float64(slices.Max(scores))
				return nil
			})
			return best, err
		},
	}, nil
}

// normOfMean returns the L2 norm of the mean of n row vectors.
func normOfMean(flat []float32, n int) float64 {
	if len(flat) == 0 {
		return 0
	}
	width, squares := len(flat)/n, 0.0
	for k := range width {
		sum := 0.0
		for i := range n {
			sum += float64(flat[i*width+k])
		}
		squares += sum / float64(n) * sum / float64(n)
	}
	return math.Sqrt(squares)
}

// tokenizing returns the work of turning texts into ids on all cores; its
// value is the sum of the ids.
func (j Job) tokenizing() (*work, error) {
	texts, err := readTexts(j.Texts)
	if err != nil {
		return nil, err
	}
	tok, err := text.Open(j.Model)
	if err != nil {
		return nil, err
	}
	w := &work{close: func() {}}
	w.step = func(context.Context) (float64, error) {
		sum, tokens := 0.0, 0
		for ids, err := range text.Parallel(each(texts), func(s string) ([]int32, error) {
			e, err := tok.Encode(s, true, 0)
			return e.IDs, err
		}) {
			if err != nil {
				return 0, err
			}
			tokens += len(ids)
			for _, id := range ids {
				sum += float64(id)
			}
		}
		w.units = float64(tokens)
		return sum, nil
	}
	return w, nil
}

// batchesAStep is the number of batches in one timed step.
const batchesAStep = 20

// batches returns the work of drawing documents, cutting and masking them, and
// laying them out as tensors. Its value is 0, since each side draws its own
// masks.
func (j Job) batches() (*work, error) {
	c, err := corpus.Open(j.Corpus)
	if err != nil {
		return nil, err
	}
	tok, err := text.Open(j.Model)
	if err != nil {
		return nil, err
	}
	k, special := 0, tok.Special()
	return &work{
		units: batchesAStep, close: func() { c.Close() },
		step: func(context.Context) (float64, error) {
			for range batchesAStep {
				rows, err := corpus.Batch(c, j.Settings.Seed, k, j.Case.Batch, j.Case.Length)
				if err != nil {
					return 0, err
				}
				k++
				labels := j.Settings.Mask(rows, special.Mask, tok.VocabSize())
				for _, micro := range pretrain.NewFixed(j.Settings, special.Pad, rows, labels).MicroBatches() {
					finalize(micro.Inputs)
				}
			}
			return 0, nil
		},
	}, nil
}

func readTexts(path string) ([]string, error) {
	var texts []string
	for t, err := range corpus.Texts(path) {
		if err != nil {
			return nil, err
		}
		texts = append(texts, t.Text)
	}
	return texts, nil
}

func each(texts []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, s := range texts {
			if !yield(s, nil) {
				return
			}
		}
	}
}
