package modernbert

import (
	"encoding/json"
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/model/fields"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// A Config holds the fields of config.json that decide the numbers: transformers'
// ModernBertConfig. A literal is complete when Validate returns nil.
type Config struct {
	Vocab, HiddenSize, Intermediate, Layers, Heads int

	MaxLength int // max_position_embeddings, in tokens; the graph itself has no limit

	Activation           string // of the MLP: hidden_activation
	ClassifierActivation string // of both heads' dense layer
	ClassifierPooling    string // "cls" or "mean"

	NormEps        float64
	NormBias       bool
	AttentionBias  bool
	MLPBias        bool
	DecoderBias    bool
	ClassifierBias bool // of both heads' dense layer; the classifier itself always has one
	Tied           bool // the decoder is the token embedding

	LocalAttention int      // local layers attend to |i-j| <= LocalAttention/2
	GlobalEvery    int      // every GlobalEvery-th layer, from layer 0, is global
	LayerTypes     []string // each layer's kind, FullAttention or SlidingAttention; nil: by GlobalEvery

	GlobalTheta, LocalTheta     float64  // bases of the rotary angles
	GlobalScaling, LocalScaling *Scaling // how their frequencies are stretched

	InitRange, InitCutoff float64 // standard deviation of initial weights, and where it is cut

	AttentionDropout, EmbeddingDropout, MLPDropout, ClassifierDropout float64

	PadID, BOSID, EOSID, CLSID, SEPID int // -1: none

	Labels fields.Labels

	extra map[string]json.RawMessage // fields without a meaning here, kept for ConfigJSON
}

// The kinds of layer, as transformers names them.
const (
	FullAttention    = "full_attention"
	SlidingAttention = "sliding_attention"
)

// Base returns llm-jp-modernbert-base (paper section 2.1): 187,494,646 parameters.
// Fields that the authors did not set have transformers' defaults.
func Base() *Config {
	return &Config{
		Vocab: 99574, HiddenSize: 768, Intermediate: 1152, Layers: 22, Heads: 12, MaxLength: 8192,
		Activation: "gelu", ClassifierActivation: "gelu", ClassifierPooling: "cls",
		NormEps: 1e-5, DecoderBias: true, Tied: true,
		LocalAttention: 128, GlobalEvery: 3, GlobalTheta: 10000, LocalTheta: 10000,
		InitRange: 0.02, InitCutoff: 2,
		PadID: 4, BOSID: 5, EOSID: 6, CLSID: 5, SEPID: 6,
	}
}

// Validate returns an error that names the first field that is impossible or
// contradicts another.
func (c *Config) Validate() error {
	table := c.table()
	table["global_rope_theta"], table["local_rope_theta"] = fields.Positive(&c.GlobalTheta), fields.Positive(&c.LocalTheta)
	if err := table.Validate(); err != nil {
		return err
	}
	if c.HiddenSize%(2*c.Heads) != 0 {
		return fmt.Errorf("field %q: %d heads need a hidden_size that is a multiple of %d (rotary pairs), it is %d",
			"num_attention_heads", c.Heads, 2*c.Heads, c.HiddenSize)
	}
	for name, activation := range map[string]string{"hidden_activation": c.Activation, "classifier_activation": c.ClassifierActivation} {
		if err := nn.CheckActivation(activation); err != nil {
			return fmt.Errorf("field %q: %w", name, err)
		}
	}
	if c.ClassifierPooling != "cls" && c.ClassifierPooling != "mean" {
		return fmt.Errorf("field %q: %q is neither cls nor mean", "classifier_pooling", c.ClassifierPooling)
	}
	if c.LayerTypes != nil && len(c.LayerTypes) != c.Layers {
		return fmt.Errorf("field %q: %d entries for %d layers", "layer_types", len(c.LayerTypes), c.Layers)
	}
	for i, kind := range c.LayerTypes {
		if kind != FullAttention && kind != SlidingAttention {
			return fmt.Errorf("field %q: layer %d is %q, supported are %s and %s", "layer_types", i, kind, FullAttention, SlidingAttention)
		}
	}
	if slices.Contains(c.Kinds(), SlidingAttention) && (c.LocalAttention < 1 || c.LocalAttention > 1<<28) {
		return fmt.Errorf("field %q: %d is not within 1 … %d, and not all layers are global", "local_attention", c.LocalAttention, 1<<28)
	}
	return nil
}

// Global reports whether a layer attends to the whole row.
func (c *Config) Global(layer int) bool {
	if c.LayerTypes != nil {
		return c.LayerTypes[layer] == FullAttention
	}
	return layer%c.GlobalEvery == 0
}

// Kinds lists every layer's kind, FullAttention or SlidingAttention.
func (c *Config) Kinds() []string {
	kinds := make([]string, c.Layers)
	for i := range kinds {
		kinds[i] = SlidingAttention
		if c.Global(i) {
			kinds[i] = FullAttention
		}
	}
	return kinds
}

// Window returns the number of positions that a local layer attends to on either
// side of a query. It means nothing where no layer is local: LocalAttention may
// be -1 then.
func (c *Config) Window() int { return c.LocalAttention >> 1 } // rounded down, as Python does

// HeadDim returns the width of a head.
func (c *Config) HeadDim() int { return c.HiddenSize / c.Heads }

// Clone returns an independent copy.
func (c *Config) Clone() *Config {
	clone := *c
	clone.LayerTypes = slices.Clone(c.LayerTypes)
	clone.Labels.Names = slices.Clone(c.Labels.Names)
	return &clone
}
