package bert

import (
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/fields"
)

// ParseConfig reads a BERT config.json. It refuses, by name, a field that would
// change the numbers in a way that is not supported.
func ParseConfig(data []byte) (*Config, error) {
	f, err := fields.ParseModel(data, "bert")
	if err != nil {
		return nil, err
	}
	c := defaults()
	f.Read(c.table())
	f.Float("classifier_dropout", &c.ClassifierDropout)
	c.Labels = f.Labels()
	f.Refuse("position_embedding_type", `"absolute"`)
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
	f.Write(c.table())
	f.Set("classifier_dropout", nil)
	if c.ClassifierDropout >= 0 {
		f.Set("classifier_dropout", fields.Number(c.ClassifierDropout))
	}
	f.SetLabels(c.Labels)
	return f.JSON()
}

var classes = map[model.Head]string{
	model.Body:                   "BertModel",
	model.MaskedLM:               "BertForMaskedLM",
	model.SequenceClassification: "BertForSequenceClassification",
}

// table says where c keeps the fields that are alike in c and config.json.
func (c *Config) table() fields.Table {
	return fields.Table{
		"vocab_size":                   fields.Size{To: &c.Vocab, Max: 1 << 28},
		"hidden_size":                  fields.Size{To: &c.HiddenSize, Max: 1 << 20},
		"intermediate_size":            fields.Size{To: &c.Intermediate, Max: 1 << 20},
		"num_hidden_layers":            fields.Size{To: &c.Layers, Max: 1 << 12},
		"num_attention_heads":          fields.Size{To: &c.Heads, Max: 1 << 12},
		"max_position_embeddings":      fields.Size{To: &c.MaxLength, Max: 1 << 28},
		"type_vocab_size":              fields.Size{To: &c.Types, Max: 1 << 20},
		"pad_token_id":                 fields.ID{To: &c.PadID, Below: c.Vocab},
		"layer_norm_eps":               fields.Positive(&c.NormEps),
		"initializer_range":            fields.NotNegative(&c.InitRange),
		"hidden_dropout_prob":          fields.Probability(&c.HiddenDropout),
		"attention_probs_dropout_prob": fields.Probability(&c.AttentionDropout),
		"tie_word_embeddings":          &c.Tied,
		"hidden_act":                   &c.Activation,
	}
}
