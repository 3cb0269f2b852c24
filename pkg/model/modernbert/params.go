package modernbert

import (
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/model"
)

// Params lists the weights in the order of transformers' state dict. Names are
// those of the masked language model with every head: the body's begin with
// "model." where it stands alone too.
//
// Initial distributions are those of transformers' ModernBertPreTrainedModel:
// normals cut at InitCutoff deviations, with standard deviation InitRange, or
// InitRange/√(2·layers) for the layers that write to the residual stream and the
// heads' dense layers.
func (c *Config) Params(head model.Head) []model.Param {
	var (
		d, ffn = c.HiddenSize, c.Intermediate
		in     = model.Init{Std: c.InitRange, Cutoff: c.InitCutoff}
		out    = model.Init{Std: c.InitRange / math.Sqrt(2*float64(c.Layers)), Cutoff: c.InitCutoff}
		final  = model.Init{Std: 1 / math.Sqrt(float64(d)), Cutoff: c.InitCutoff}
		zero   = model.Init{}
		one    = model.Init{Constant: 1}
		params []model.Param
	)
	add := func(name string, init model.Init, shape ...int) {
		params = append(params, model.Param{Name: name, Shape: shape, Init: init})
	}
	linear := func(name string, init model.Init, bias bool, to, from int) {
		add(name+".weight", init, to, from)
		if bias {
			add(name+".bias", zero, to)
		}
	}
	norm := func(name string) {
		add(name+".weight", one, d)
		if c.NormBias {
			add(name+".bias", zero, d)
		}
	}

	add("model.embeddings.tok_embeddings.weight", in, c.Vocab, d)
	norm("model.embeddings.norm")
	for i := range c.Layers {
		layer := fmt.Sprintf("model.layers.%d.", i)
		if i > 0 { // layer 0's attn_norm is the identity: the embeddings are already normed
			norm(layer + "attn_norm")
		}
		linear(layer+"attn.Wqkv", in, c.AttentionBias, 3*d, d)
		linear(layer+"attn.Wo", out, c.AttentionBias, d, d)
		norm(layer + "mlp_norm")
		linear(layer+"mlp.Wi", in, c.MLPBias, 2*ffn, d)
		linear(layer+"mlp.Wo", out, c.MLPBias, d, ffn)
	}
	norm("model.final_norm")
	if head == model.Body {
		return params
	}
	linear("head.dense", out, c.ClassifierBias, d, d)
	norm("head.norm")
	switch head {
	case model.MaskedLM:
		if !c.Tied {
			add("decoder.weight", out, c.Vocab, d)
		}
		if c.DecoderBias {
			add("decoder.bias", zero, c.Vocab)
		}
	case model.SequenceClassification:
		linear("classifier", final, true, c.Labels.Len(), d)
	}
	return params
}
