package jglue

import (
	"context"
	"fmt"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/text"
)

// Rows encodes examples as [CLS] A [SEP] or [CLS] A [SEP] B [SEP], pairs
// truncated longest first to maxLength tokens. types keeps the token types,
// which BERT's embeddings want and ModernBERT has none of. cut is the number
// of examples that were longer.
func Rows(ctx context.Context, tok text.Tokenizer, task Task, examples []Example, maxLength int, types bool) (rows []encoder.Row, cut int, err error) {
	type encoded struct {
		row encoder.Row
		cut bool
	}
	inputs := func(yield func(Example, error) bool) {
		for _, e := range examples {
			if err := ctx.Err(); err != nil {
				yield(e, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
	for out, err := range text.Parallel(inputs, func(e Example) (encoded, error) {
		whole, err := encode(tok, task, e, 0)
		if err != nil {
			return encoded{}, err
		}
		out := encoded{cut: len(whole.IDs) > maxLength}
		if out.cut {
			if whole, err = encode(tok, task, e, maxLength); err != nil {
				return encoded{}, err
			}
		}
		out.row.IDs = whole.IDs
		if types {
			out.row.TypeIDs = whole.TypeIDs
		}
		return out, nil
	}) {
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, out.row)
		if out.cut {
			cut++
		}
	}
	return rows, cut, nil
}

func encode(tok text.Tokenizer, task Task, e Example, maxLength int) (out text.Encoding, err error) {
	if task.Pair {
		out, err = tok.EncodePair(e.A, e.B, maxLength)
	} else {
		out, err = tok.Encode(e.A, true, maxLength)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", e.Where, err)
	}
	return out, err
}

// Labels returns the examples' labels.
func Labels(examples []Example) []float64 {
	labels := make([]float64, len(examples))
	for i, e := range examples {
		labels[i] = e.Label
	}
	return labels
}
