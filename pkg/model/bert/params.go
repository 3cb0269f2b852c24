package bert

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/model"
)

// Params lists the weights in the order of transformers' state dict. The body's
// names begin with "bert." where it stands alone too. The bare body and the
// classifier have a pooler, the masked language model has none.
//
// Initial distributions are those of transformers' BertPreTrainedModel: normals of
// standard deviation InitRange, biases 0. The word embedding's pad row is drawn
// like any other.
func (c *Config) Params(head model.Head) []model.Param {
	var (
		d      = c.HiddenSize
		normal = model.Init{Std: c.InitRange}
		zero   = model.Init{}
		one    = model.Init{Constant: 1}
		params []model.Param
	)
	add := func(name string, init model.Init, shape ...int) {
		params = append(params, model.Param{Name: name, Shape: shape, Init: init})
	}
	linear := func(name string, to, from int) {
		add(name+".weight", normal, to, from)
		add(name+".bias", zero, to)
	}
	norm := func(name string) {
		add(name+".weight", one, d)
		add(name+".bias", zero, d)
	}

	add("bert.embeddings.word_embeddings.weight", normal, c.Vocab, d)
	add("bert.embeddings.position_embeddings.weight", normal, c.MaxLength, d)
	add("bert.embeddings.token_type_embeddings.weight", normal, c.Types, d)
	norm("bert.embeddings.LayerNorm")
	for i := range c.Layers {
		layer := fmt.Sprintf("bert.encoder.layer.%d.", i)
		linear(layer+"attention.self.query", d, d)
		linear(layer+"attention.self.key", d, d)
		linear(layer+"attention.self.value", d, d)
		linear(layer+"attention.output.dense", d, d)
		norm(layer + "attention.output.LayerNorm")
		linear(layer+"intermediate.dense", c.Intermediate, d)
		linear(layer+"output.dense", d, c.Intermediate)
		norm(layer + "output.LayerNorm")
	}
	switch head {
	case model.Body:
		if !c.NoPooler {
			linear("bert.pooler.dense", d, d)
		}
	case model.MaskedLM:
		add("cls.predictions.bias", zero, c.Vocab)
		linear("cls.predictions.transform.dense", d, d)
		norm("cls.predictions.transform.LayerNorm")
		if !c.Tied { // then cls.predictions.bias stands in the file, unused
			linear("cls.predictions.decoder", c.Vocab, d)
		}
	case model.SequenceClassification:
		linear("bert.pooler.dense", d, d)
		linear("classifier", c.Labels.Len(), d)
	}
	return params
}
