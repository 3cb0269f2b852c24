package bert

import (
	"encoding/json"
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/model/fields"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// A Config holds the fields of config.json that decide the numbers: transformers'
// BertConfig.
type Config struct {
	Vocab, HiddenSize, Intermediate, Layers, Heads int

	MaxLength int // max_position_embeddings: the rows of the position table, in tokens
	Types     int // type_vocab_size

	Activation string // hidden_act
	NormEps    float64
	Tied       bool // the decoder is the word embedding
	InitRange  float64

	HiddenDropout, AttentionDropout float64
	ClassifierDropout               float64 // negative: as HiddenDropout

	PadID int // -1: none

	NoPooler bool // the bare body has no pooler: it comes from a masked language model

	Labels fields.Labels

	extra map[string]json.RawMessage // fields without a meaning here, kept for ConfigJSON
}

// defaults returns transformers' BertConfig without arguments.
func defaults() *Config {
	return &Config{
		Vocab: 30522, HiddenSize: 768, Intermediate: 3072, Layers: 12, Heads: 12, MaxLength: 512, Types: 2,
		Activation: "gelu", NormEps: 1e-12, Tied: true, InitRange: 0.02,
		HiddenDropout: 0.1, AttentionDropout: 0.1, ClassifierDropout: -1,
	}
}

// Validate returns an error that names the first field that is impossible or
// contradicts another.
func (c *Config) Validate() error {
	for _, size := range []struct {
		name       string
		value, max int
	}{
		{"vocab_size", c.Vocab, 1 << 28}, {"hidden_size", c.HiddenSize, 1 << 20},
		{"intermediate_size", c.Intermediate, 1 << 20}, {"num_hidden_layers", c.Layers, 1 << 12},
		{"num_attention_heads", c.Heads, 1 << 12}, {"max_position_embeddings", c.MaxLength, 1 << 28},
		{"type_vocab_size", c.Types, 1 << 20},
	} {
		if size.value < 1 || size.value > size.max {
			return fmt.Errorf("field %q: %d is not within 1 … %d", size.name, size.value, size.max)
		}
	}
	if c.HiddenSize%c.Heads != 0 {
		return fmt.Errorf("field %q: hidden_size %d is not a multiple of %d heads", "num_attention_heads", c.HiddenSize, c.Heads)
	}
	if err := nn.CheckActivation(c.Activation); err != nil {
		return fmt.Errorf("field %q: %w", "hidden_act", err)
	}
	if !(c.NormEps > 0) {
		return fmt.Errorf("field %q: %g is not positive", "layer_norm_eps", c.NormEps)
	}
	if !(c.InitRange >= 0) {
		return fmt.Errorf("field %q: %g is negative", "initializer_range", c.InitRange)
	}
	for name, rate := range map[string]float64{
		"hidden_dropout_prob": c.HiddenDropout, "attention_probs_dropout_prob": c.AttentionDropout,
		"classifier_dropout": max(c.ClassifierDropout, 0),
	} {
		if !(rate >= 0 && rate <= 1) {
			return fmt.Errorf("field %q: %g is not a probability", name, rate)
		}
	}
	if c.PadID >= c.Vocab {
		return fmt.Errorf("field %q: %d is not below vocab_size %d", "pad_token_id", c.PadID, c.Vocab)
	}
	return nil
}

// HeadDim returns the width of a head.
func (c *Config) HeadDim() int { return c.HiddenSize / c.Heads }

// Clone returns an independent copy.
func (c *Config) Clone() *Config {
	clone := *c
	clone.Labels.Names = slices.Clone(c.Labels.Names)
	return &clone
}
