package experiment

import (
	"context"
	"fmt"
	"iter"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/model/modernbert"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

// Architecture returns the configuration of the ModernBERT that
// MODERNBERT_MODEL names, else the paper's. It needs no weights.
func Architecture(ctx context.Context) (*modernbert.Config, error) {
	refs := variable.Model.List()
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
		return nil, fmt.Errorf("%s is a %s; this notebook is about modernbert", refs[0], arch.Type())
	}
	return c, nil
}

// SmallModel loads the model that MODERNBERT_MODEL names with the head it has,
// else a small copy of the paper's: six layers of width 64 with random weights.
// These are drawn five times wider than for training, so that a layer's part
// in the output is visible.
func SmallModel(ctx context.Context) (*encoder.Encoder, error) {
	showCompiling()
	if refs := variable.Model.List(); len(refs) > 0 {
		dir, err := hub.Resolve(ctx, refs[0])
		if err != nil {
			return nil, err
		}
		return encoder.LoadWhole(ctx, dir, encoder.Options{})
	}
	c := modernbert.Base()
	c.Layers, c.HiddenSize, c.Intermediate, c.Heads = 6, 64, 96, 4
	c.InitRange *= 5
	dir, err := project.Path("data", "tokenizer")
	if err != nil {
		return nil, err
	}
	tok, err := text.Open(dir)
	if err != nil {
		return nil, err
	}
	return encoder.Random(c, model.MaskedLM, 42, tok)
}

// Tokenizer opens the tokenizer of the model that MODERNBERT_TOKENIZER names,
// else the project's.
func Tokenizer() (text.Tokenizer, error) { return open(variable.Tokenizer) }

// Baseline opens the tokenizer of the model that MODERNBERT_BASELINE names,
// else the project's vocabulary in the form of bert-base-japanese-v3's.
func Baseline() (text.Tokenizer, error) { return open(variable.Baseline) }

func open(v variable.Variable) (text.Tokenizer, error) {
	client, err := hub.FromEnvironment()
	if err != nil {
		return nil, err
	}
	dir, err := client.ResolveTokenizer(context.Background(), v.List()[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.Name, err)
	}
	return text.Open(dir)
}

// Texts reads the texts of MODERNBERT_TEXTS, else the project's validation
// documents.
func Texts() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for t, err := range corpus.Texts(variable.Texts.List()...) {
			if !yield(t.Text, err) {
				return
			}
		}
	}
}
