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
	if err := c.table().Validate(); err != nil {
		return err
	}
	if c.HiddenSize%c.Heads != 0 {
		return fmt.Errorf("field %q: hidden_size %d is not a multiple of %d heads", "num_attention_heads", c.HiddenSize, c.Heads)
	}
	if err := nn.CheckActivation(c.Activation); err != nil {
		return fmt.Errorf("field %q: %w", "hidden_act", err)
	}
	if c.ClassifierDropout > 1 {
		return fmt.Errorf("field %q: %g is not a probability", "classifier_dropout", c.ClassifierDropout)
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
