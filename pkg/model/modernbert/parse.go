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
	return &Config{
		Vocab: 50368, HiddenSize: 768, Intermediate: 1152, Layers: 22, Heads: 12, MaxLength: 8192,
		Activation: "gelu", ClassifierActivation: "gelu", ClassifierPooling: "cls",
		NormEps: 1e-5, DecoderBias: true, Tied: true,
		LocalAttention: 128, GlobalEvery: 3, GlobalTheta: 160000, LocalTheta: 10000,
		InitRange: 0.02, InitCutoff: 2,
		PadID: 50283, BOSID: 50281, EOSID: 50282, CLSID: 50281, SEPID: 50282,
	}
}

// ParseConfig reads a ModernBERT config.json, in the form of transformers 4
// (global_rope_theta, global_attn_every_n_layers) or 5 (rope_parameters,
// layer_types). It refuses, by name, a field that would change the numbers in a way
// that is not supported.
func ParseConfig(data []byte) (*Config, error) {
	f, err := fields.Parse(data)
	if err != nil {
		return nil, err
	}
	c := defaults()
	modelType := "modernbert"
	f.String("model_type", &modelType)
	if modelType != "modernbert" {
		f.Fail("model_type", "%q is not modernbert", modelType)
	}
	for name, to := range c.ints() {
		f.Int(name, to)
	}
	for name, to := range c.ids() {
		if f.Null(name) {
			*to = -1
		}
		f.ID(name, to)
	}
	for name, to := range c.floats() {
		f.Float(name, to)
	}
	for name, to := range c.bools() {
		f.Bool(name, to)
	}
	for name, to := range c.strings() {
		f.String(name, to)
	}
	f.Strings("layer_types", &c.LayerTypes)
	c.readRope(f)
	c.Labels = f.Labels()
	refuse(f, c)
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

// refuse rejects fields that would change the numbers and are not supported.
func refuse(f *fields.Fields, c *Config) {
	f.Refuse("quantization_config")
	f.Refuse("is_decoder", "false")
	f.Refuse("add_cross_attention", "false")
	f.Refuse("pruned_heads", "{}")
	f.Refuse("per_layer_config", "{}")
	f.Refuse("sliding_window", fmt.Sprint(c.Window())) // transformers lets it overrule local_attention
	if c.Heads > 0 {
		f.Refuse("head_dim", fmt.Sprint(c.HiddenSize/c.Heads))
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
	for name, from := range c.ints() {
		f.Set(name, *from)
	}
	for name, from := range c.ids() {
		f.SetID(name, *from)
	}
	for name, from := range c.floats() {
		f.Set(name, fields.Number(*from))
	}
	for name, from := range c.bools() {
		f.Set(name, *from)
	}
	for name, from := range c.strings() {
		f.Set(name, *from)
	}
	f.Set("layer_types", c.Kinds())
	regular := &Config{Layers: c.Layers, GlobalEvery: c.GlobalEvery}
	if !slices.Equal(c.Kinds(), regular.Kinds()) {
		f.Delete("global_attn_every_n_layers") // the older form cannot say it
	}
	global, local := fields.Number(c.GlobalTheta), fields.Number(c.LocalTheta)
	f.Set("global_rope_theta", global)
	f.Set("local_rope_theta", local)
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

// ints maps the names of whole-number fields to their values in c.
func (c *Config) ints() map[string]*int {
	return map[string]*int{
		"vocab_size": &c.Vocab, "hidden_size": &c.HiddenSize, "intermediate_size": &c.Intermediate,
		"num_hidden_layers": &c.Layers, "num_attention_heads": &c.Heads,
		"max_position_embeddings": &c.MaxLength, "local_attention": &c.LocalAttention,
		"global_attn_every_n_layers": &c.GlobalEvery,
	}
}

// ids maps the names of token ids, which may be null.
func (c *Config) ids() map[string]*int {
	return map[string]*int{
		"pad_token_id": &c.PadID, "bos_token_id": &c.BOSID, "eos_token_id": &c.EOSID,
		"cls_token_id": &c.CLSID, "sep_token_id": &c.SEPID,
	}
}

// floats maps the names of floating-point fields.
func (c *Config) floats() map[string]*float64 {
	return map[string]*float64{
		"norm_eps": &c.NormEps, "initializer_range": &c.InitRange, "initializer_cutoff_factor": &c.InitCutoff,
		"attention_dropout": &c.AttentionDropout, "embedding_dropout": &c.EmbeddingDropout,
		"mlp_dropout": &c.MLPDropout, "classifier_dropout": &c.ClassifierDropout,
	}
}

// bools maps the names of true-or-false fields.
func (c *Config) bools() map[string]*bool {
	return map[string]*bool{
		"norm_bias": &c.NormBias, "attention_bias": &c.AttentionBias, "mlp_bias": &c.MLPBias,
		"decoder_bias": &c.DecoderBias, "classifier_bias": &c.ClassifierBias, "tie_word_embeddings": &c.Tied,
	}
}

// strings maps the names of text fields.
func (c *Config) strings() map[string]*string {
	return map[string]*string{
		"hidden_activation": &c.Activation, "classifier_activation": &c.ClassifierActivation,
		"classifier_pooling": &c.ClassifierPooling,
	}
}
