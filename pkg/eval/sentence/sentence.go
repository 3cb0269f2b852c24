// Package sentence makes sentence embeddings as the paper does (section 3.6),
// which is what sentence-transformers 5 makes of a plain checkpoint: the text
// without its outer white space, special tokens included, cut at what the
// model takes, the mean of the last hidden states over all attended tokens.
// Options follow a sentence model's own modules, and version 6, instead.
package sentence

import (
	"context"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/metric"
)

// Options choose how a text becomes a vector. The zero value is the paper's.
type Options struct {
	Pooling   encoder.Pooling // "" is encoder.Mean
	MaxLength int             // tokens a text is cut to, special ones included; 0 is what the model takes
	Prompts   Prompts
	// KeepSpaces leaves white space at the ends of texts, as sentence-transformers
	// 6 does; version 5, and with it the paper, takes it off.
	KeepSpaces bool
	// After computes what a sentence model has behind its pooling: rows [n, width]
	// to rows of another width. nil is nothing.
	After func(rows []float32, width int) ([]float32, int, error)
	Dot   bool // compare by dot products instead of cosines
}

// Prompts stand before every text of a kind, as sentence-transformers' prompts
// do, for models that were trained with them: cl-nagoya/ruri-large-v2 with
// "クエリ: " and "文章: ". The paper's code, which the zero value follows, gives
// no model any.
type Prompts struct{ Query, Passage string }

// Queries puts the model's query prompt before each text.
func (p Prompts) Queries(texts []string) []string { return prefixed(p.Query, texts) }

// Passages puts the model's passage prompt before each text.
func (p Prompts) Passages(texts []string) []string { return prefixed(p.Passage, texts) }

func prefixed(prompt string, texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = prompt + text
	}
	return out
}

// Embed returns the embeddings of texts in their order, of unit length unless
// o.Dot is set; their prompts, if any, stand before them already. Equal texts have equal
// embeddings. cut is the number of different texts that were longer than the
// model or the options allow.
func Embed(ctx context.Context, e *encoder.Encoder, texts []string, o Options) (embeddings *metric.Embeddings, cut int, err error) {
	if o.Pooling == "" {
		o.Pooling = encoder.Mean
	}
	if !o.KeepSpaces {
		stripped := make([]string, len(texts))
		for i, text := range texts {
			stripped[i] = metric.Strip(text)
		}
		texts = stripped
	}
	rows, cut, err := e.Embed(ctx, texts, o.Pooling, o.MaxLength)
	if err != nil {
		return nil, 0, err
	}
	width := e.Arch.Dimensions().Hidden
	if o.After != nil {
		if rows, width, err = o.After(rows, width); err != nil {
			return nil, 0, err
		}
	}
	if o.Dot {
		embeddings, err = metric.Rows(rows, width)
	} else {
		embeddings, err = metric.Normalize(rows, width)
	}
	return embeddings, cut, err
}
