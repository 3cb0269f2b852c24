package bert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// MaskedLM returns the decoder of LayerNorm(act(dense(hidden))) for hidden [n,
// hidden] (transformers' BertForMaskedLM).
func (c *Config) MaskedLM(w model.Weights, hidden *Node, opt model.Options) model.Decoder {
	e := &encoder{Config: c, w: w, opt: opt, dtype: opt.DType()}
	x := nn.Activate(c.Activation, e.linear("cls.predictions.transform.dense", hidden))
	x = ConvertDType(e.norm("cls.predictions.transform.LayerNorm", x), e.dtype)
	decoder, bias := "bert.embeddings.word_embeddings.weight", "cls.predictions.bias"
	if !c.Tied {
		decoder, bias = "cls.predictions.decoder.weight", "cls.predictions.decoder.bias"
	}
	return model.Decoder{X: x, Weight: w.Get(decoder), Bias: w.Get(bias), Plain: opt.Plain}
}

// Pool returns tanh(dense(first position)), [batch, hidden] float32, for hidden
// [batch, seq, hidden] (transformers' BertPooler).
func (c *Config) Pool(w model.Weights, hidden *Node, opt model.Options) *Node {
	e := &encoder{Config: c, w: w, opt: opt, dtype: opt.DType()}
	first := Squeeze(SliceAxis(hidden, 1, AxisElem(0)), 1)
	return Tanh(ConvertDType(e.linear("bert.pooler.dense", first), dtypes.Float32))
}

// Classify returns classifier(drop(pooler)), [batch, labels] float32, for hidden
// [batch, seq, hidden] (transformers' BertForSequenceClassification).
func (c *Config) Classify(w model.Weights, hidden *Node, in model.Inputs, opt model.Options) *Node {
	e := c.newEncoder(w, in, opt)
	rate := c.ClassifierDropout
	if rate < 0 {
		rate = c.HiddenDropout
	}
	x := e.drop.Apply(c.Pool(w, hidden, opt), rate)
	return ConvertDType(e.linear("classifier", x), dtypes.Float32)
}
