package models

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"os"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/model/modernbert"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

// Described is the architecture that a lesson looks at: that of the ModernBERT
// that MODERNBERT_MODEL names, else the paper's. It needs no weights.
func Described(ctx context.Context) (*modernbert.Config, error) {
	refs := Refs(modelVariable)
	if len(refs) == 0 {
		return modernbert.Base(), nil
	}
	dir, err := hub.Resolve(ctx, refs[0])
	if err != nil {
		return nil, err
	}
	arch, err := checkpoint.Config(dir)
	if err != nil {
		return nil, err
	}
	c, ok := arch.(*modernbert.Config)
	if !ok {
		return nil, fmt.Errorf("%s is a %s; this lesson is about modernbert", refs[0], arch.Type())
	}
	return c, nil
}

// Walkable is a model that a lesson sends a sentence through: the one that
// MODERNBERT_MODEL names with the head it has, else a small copy of the paper's
// with six layers of width 64 and random weights. These are drawn five times
// wider than for training, so that one sees what a layer adds.
func Walkable(ctx context.Context) (*encoder.Encoder, error) {
	if refs := Refs(modelVariable); len(refs) > 0 {
		dir, err := hub.Resolve(ctx, refs[0])
		if err != nil {
			return nil, err
		}
		return encoder.LoadWhole(ctx, dir, encoder.Options{})
	}
	c := modernbert.Base()
	c.Layers, c.HiddenSize, c.Intermediate, c.Heads = 6, 64, 96, 4
	c.InitRange *= 5
	tok, err := Tokenizer("", "tokenizer")
	if err != nil {
		return nil, err
	}
	return encoder.Random(c, model.MaskedLM, 42, tok)
}

// Tokenizer is that of the model that a variable names, else the one in a
// folder of the project's data.
func Tokenizer(variable, folder string) (text.Tokenizer, error) {
	data, err := project.Path("data", folder)
	if err != nil {
		return nil, err
	}
	refs := append(Refs(variable), data)
	dir, err := hub.Resolve(context.Background(), refs[0])
	if err != nil {
		return nil, err
	}
	return text.Open(dir)
}

// Texts are those of the file that MODERNBERT_TEXTS names, else the project's
// validation documents.
func Texts() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		path, err := project.Path("data", "corpus", "valid.jsonl.gz")
		if err != nil {
			yield("", err)
			return
		}
		for t, err := range corpus.Texts(cmp.Or(os.Getenv("MODERNBERT_TEXTS"), path)) {
			if !yield(t.Text, err) {
				return
			}
		}
	}
}
