package experiment

import (
	"context"
	"fmt"
	"iter"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/model/modernbert"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/text"
)

// Architecture returns the configuration of the ModernBERT that
// MODERNBERT_MODEL names, else the paper's. It needs no weights.
func Architecture(ctx context.Context) (*modernbert.Config, error) {
	ref := variable.Model.Value()
	if ref == "" {
		return modernbert.Base(), nil
	}
	dir, err := hub.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	arch, err := checkpoint.Config(dir)
	if err != nil {
		return nil, err
	}
	c, ok := arch.(*modernbert.Config)
	if !ok {
		return nil, fmt.Errorf("%s is a %s; this notebook is about modernbert", ref, arch.Type())
	}
	return c, nil
}

// Whole loads the model of [Model] with the head it has.
func Whole(ctx context.Context) (*encoder.Encoder, error) {
	m, err := Model()
	if err != nil {
		return nil, err
	}
	dir, err := hub.Resolve(ctx, m.Ref)
	if err != nil {
		return nil, err
	}
	return encoder.LoadWhole(ctx, dir, encoder.Options{})
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
