package modernbert

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/fields"
)

// defaults returns transformers' ModernBertConfig without arguments.
func defaults() *Config {
	c := Base()
	c.Vocab, c.GlobalTheta = 50368, 160000
	c.PadID, c.BOSID, c.EOSID, c.CLSID, c.SEPID = 50283, 50281, 50282, 50281, 50282
	return c
}

// ParseConfig reads a ModernBERT config.json, in the form of transformers 4
// (global_rope_theta, global_attn_every_n_layers) or 5 (rope_parameters,
// layer_types). It refuses, by name, a field that would change the numbers in a way
// that is not supported.
func ParseConfig(data []byte) (*Config, error) {
	f, err := fields.ParseModel(data, "modernbert")
	if err != nil {
		return nil, err
	}
	c := defaults()
	f.Read(c.table())
	f.Strings("layer_types", &c.LayerTypes)
	c.readRope(f)
	c.Labels = f.Labels()
	f.Refuse("sliding_window", fmt.Sprint(c.Window())) // transformers lets it overrule local_attention
	if c.Heads > 0 {
		f.Refuse("head_dim", fmt.Sprint(c.HeadDim()))
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	c.extra = f.Members()
	return c, c.Validate()
}

// readRope reads the bases of the rotary angles and how they are stretched.
// rope_parameters, the newer form, wins; a base that it lacks is read from the
// older field. The older rope_scaling is laid over both kinds of layer; alone,
// its "type" says nothing beside the default rope_type, as in transformers.
func (c *Config) readRope(f *fields.Fields) {
	f.Float("global_rope_theta", &c.GlobalTheta)
	if f.Null("local_rope_theta") {
		c.LocalTheta = c.GlobalTheta // transformers 4: null means as in global layers
	}
	f.Float("local_rope_theta", &c.LocalTheta)
	f.Refuse("partial_rotary_factor", "1", "1.0")

	rope, scaling := f.Object("rope_parameters"), f.Object("rope_scaling")
	if rope == nil && scaling == nil {
		return
	}
	none := map[string]json.RawMessage(nil)
	if rope == nil {
		rope, none = fields.New(nil), map[string]json.RawMessage{"rope_type": json.RawMessage(`"default"`)}
	}
	for name := range rope.Members() {
		if name != FullAttention && name != SlidingAttention {
			f.Fail("rope_parameters", "%q is not a kind of layer; expected %s and %s", name, FullAttention, SlidingAttention)
		}
	}
	for name, to := range map[string]struct {
		theta   *float64
		scaling **Scaling
	}{FullAttention: {&c.GlobalTheta, &c.GlobalScaling}, SlidingAttention: {&c.LocalTheta, &c.LocalScaling}} {
		kind := rope.Object(name)
		if kind == nil {
			kind = fields.New(none)
		}
		source := "rope_parameters"
		if scaling != nil {
			source = "rope_scaling"
			members := kind.Members()
			maps.Copy(members, scaling.Members())
			kind = fields.New(members)
		}
		kind.Float("rope_theta", to.theta)
		*to.scaling = readScaling(kind, c.MaxLength)
		if err := kind.Err(); err != nil {
			f.Fail(source, "%s: %v", name, err)
		}
	}
	if err := rope.Err(); err != nil {
		f.Fail("rope_parameters", "%v", err)
	}
}

// ConfigJSON returns config.json for transformers 5, with the names of transformers
// 4 beside the newer ones where both can express a field. It keeps fields that were
// read and have no meaning here.
func (c *Config) ConfigJSON(head model.Head) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	f := fields.New(c.extra)
	f.Set("model_type", "modernbert")
	f.Set("architectures", []string{classes[head]})
	f.Write(c.table())
	f.Set("layer_types", c.Kinds())
	regular := &Config{Layers: c.Layers, GlobalEvery: c.GlobalEvery}
	if !slices.Equal(c.Kinds(), regular.Kinds()) {
		f.Delete("global_attn_every_n_layers") // the older form cannot say it
	}
	f.Write(fields.Table{"global_rope_theta": &c.GlobalTheta, "local_rope_theta": &c.LocalTheta})
	f.Set("rope_parameters", map[string]any{
		FullAttention: c.GlobalScaling.parameters(c.GlobalTheta), SlidingAttention: c.LocalScaling.parameters(c.LocalTheta),
	})
	f.Delete("rope_scaling") // it is in rope_parameters
	f.SetLabels(c.Labels)
	return f.JSON()
}

var classes = map[model.Head]string{
	model.Body:                   "ModernBertModel",
	model.MaskedLM:               "ModernBertForMaskedLM",
	model.SequenceClassification: "ModernBertForSequenceClassification",
}

// table says where c keeps the fields that are alike in c and config.json.
func (c *Config) table() fields.Table {
	return fields.Table{
		"vocab_size":                 fields.Size{To: &c.Vocab, Max: 1 << 28},
		"hidden_size":                fields.Size{To: &c.HiddenSize, Max: 1 << 20},
		"intermediate_size":          fields.Size{To: &c.Intermediate, Max: 1 << 20},
		"num_hidden_layers":          fields.Size{To: &c.Layers, Max: 1 << 12},
		"num_attention_heads":        fields.Size{To: &c.Heads, Max: 1 << 12},
		"max_position_embeddings":    fields.Size{To: &c.MaxLength, Max: 1 << 28},
		"global_attn_every_n_layers": fields.Size{To: &c.GlobalEvery, Max: 1 << 28},
		"local_attention":            &c.LocalAttention,
		"pad_token_id":               fields.ID{To: &c.PadID, Below: c.Vocab},
		"bos_token_id":               fields.ID{To: &c.BOSID},
		"eos_token_id":               fields.ID{To: &c.EOSID},
		"cls_token_id":               fields.ID{To: &c.CLSID},
		"sep_token_id":               fields.ID{To: &c.SEPID},
		"norm_eps":                   fields.Positive(&c.NormEps),
		"initializer_range":          fields.NotNegative(&c.InitRange),
		"initializer_cutoff_factor":  fields.NotNegative(&c.InitCutoff),
		"attention_dropout":          fields.Probability(&c.AttentionDropout),
		"embedding_dropout":          fields.Probability(&c.EmbeddingDropout),
		"mlp_dropout":                fields.Probability(&c.MLPDropout),
		"classifier_dropout":         fields.Probability(&c.ClassifierDropout),
		"norm_bias":                  &c.NormBias,
		"attention_bias":             &c.AttentionBias,
		"mlp_bias":                   &c.MLPBias,
		"decoder_bias":               &c.DecoderBias,
		"classifier_bias":            &c.ClassifierBias,
		"tie_word_embeddings":        &c.Tied,
		"hidden_activation":          &c.Activation,
		"classifier_activation":      &c.ClassifierActivation,
		"classifier_pooling":         &c.ClassifierPooling,
	}
}
