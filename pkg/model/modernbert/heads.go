package modernbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// MaskedLM returns the decoder of norm(act(dense(hidden))) for hidden [n, hidden]
// (transformers' ModernBertForMaskedLM).
func (c *Config) MaskedLM(w model.Weights, hidden *Node, opt model.Options) model.Decoder {
	e := &encoder{Config: c, w: w, opt: opt, dtype: opt.DType()}
	decoder := "decoder.weight"
	if c.Tied {
		decoder = "model.embeddings.tok_embeddings.weight"
	}
	return model.Decoder{
		X:      ConvertDType(e.predict(hidden), e.dtype),
		Weight: w.Get(decoder),
		Bias:   w.Optional("decoder.bias", c.DecoderBias),
		Plain:  opt.Plain,
	}
}

// Classify returns classifier(drop(norm(act(dense(pooled))))), [batch, labels]
// float32, for hidden [batch, seq, hidden] (transformers'
// ModernBertForSequenceClassification). pooled is the first position's hidden
// state, or the mean of the attended ones.
func (c *Config) Classify(w model.Weights, hidden *Node, in model.Inputs, opt model.Options) *Node {
	e := &encoder{Config: c, w: w, opt: opt, dtype: opt.DType(), drop: in.Dropout}
	var pooled *Node // [batch, hidden]
	if c.ClassifierPooling == "mean" {
		pooled = nn.Average(hidden, in.Lengths)
	} else {
		pooled = Squeeze(SliceAxis(hidden, 1, AxisElem(0)), 1)
	}
	x := e.drop.Apply(e.predict(pooled), c.ClassifierDropout)
	return ConvertDType(e.linear("classifier", x, true), dtypes.Float32)
}

// predict returns norm(act(dense(x))) for x [..., hidden] (transformers'
// ModernBertPredictionHead).
func (e *encoder) predict(x *Node) *Node {
	x = e.linear("head.dense", x, e.ClassifierBias)
	return e.norm("head.norm", nn.Activate(e.ClassifierActivation, x))
}
