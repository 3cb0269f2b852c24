package bert

import (
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/fields"
)

// ParseConfig reads a BERT config.json. It refuses, by name, a field that would
// change the numbers in a way that is not supported.
func ParseConfig(data []byte) (*Config, error) {
	f, err := fields.Parse(data)
	if err != nil {
		return nil, err
	}
	c := defaults()
	modelType := "bert"
	f.String("model_type", &modelType)
	if modelType != "bert" {
		f.Fail("model_type", "%q is not bert", modelType)
	}
	for name, to := range c.ints() {
		f.Int(name, to)
	}
	if f.Null("pad_token_id") {
		c.PadID = -1
	}
	f.ID("pad_token_id", &c.PadID)
	for name, to := range c.floats() {
		f.Float(name, to)
	}
	f.Float("classifier_dropout", &c.ClassifierDropout)
	f.Bool("tie_word_embeddings", &c.Tied)
	f.String("hidden_act", &c.Activation)
	c.Labels = f.Labels()

	f.Refuse("position_embedding_type", `"absolute"`)
	f.Refuse("is_decoder", "false")
	f.Refuse("add_cross_attention", "false")
	f.Refuse("pruned_heads", "{}")
	f.Refuse("per_layer_config", "{}")
	f.Refuse("quantization_config")
	f.Refuse("embedding_size")
	if err := f.Err(); err != nil {
		return nil, err
	}
	c.extra = f.Members()
	return c, c.Validate()
}

// ConfigJSON returns config.json for transformers. It keeps fields that were read
// and have no meaning here.
func (c *Config) ConfigJSON(head model.Head) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	f := fields.New(c.extra)
	f.Set("model_type", "bert")
	f.Set("architectures", []string{classes[head]})
	for name, from := range c.ints() {
		f.Set(name, *from)
	}
	for name, from := range c.floats() {
		f.Set(name, fields.Number(*from))
	}
	f.SetID("pad_token_id", c.PadID)
	f.Set("classifier_dropout", nil)
	if c.ClassifierDropout >= 0 {
		f.Set("classifier_dropout", fields.Number(c.ClassifierDropout))
	}
	f.Set("tie_word_embeddings", c.Tied)
	f.Set("hidden_act", c.Activation)
	f.SetLabels(c.Labels)
	return f.JSON()
}

var classes = map[model.Head]string{
	model.Body:                   "BertModel",
	model.MaskedLM:               "BertForMaskedLM",
	model.SequenceClassification: "BertForSequenceClassification",
}

// ints maps the names of whole-number fields to their values in c.
func (c *Config) ints() map[string]*int {
	return map[string]*int{
		"vocab_size": &c.Vocab, "hidden_size": &c.HiddenSize, "intermediate_size": &c.Intermediate,
		"num_hidden_layers": &c.Layers, "num_attention_heads": &c.Heads,
		"max_position_embeddings": &c.MaxLength, "type_vocab_size": &c.Types,
	}
}

// floats maps the names of floating-point fields.
func (c *Config) floats() map[string]*float64 {
	return map[string]*float64{
		"layer_norm_eps": &c.NormEps, "initializer_range": &c.InitRange,
		"hidden_dropout_prob": &c.HiddenDropout, "attention_probs_dropout_prob": &c.AttentionDropout,
	}
}
