package modernbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// An encoder builds one graph: it holds the weights and what all layers share.
type encoder struct {
	*Config
	w    model.Weights
	opt  model.Options
	drop *model.Dropout

	batch, seq int
	dtype      dtypes.DType // of matrix products
	lengths    *Node        // [batch] int32

	globalRope, localRope nn.Rope
	localAttention        *nn.Local
}

// newEncoder prepares the graph of a batch.
func (c *Config) newEncoder(w model.Weights, in model.Inputs, opt model.Options) *encoder {
	shape := in.IDs.Shape()
	e := &encoder{
		Config: c, w: w, opt: opt, drop: in.Dropout,
		batch: shape.Dim(0), seq: shape.Dim(1), dtype: opt.DType(), lengths: in.Lengths,
	}
	e.localAttention = &nn.Local{Window: c.Window(), Lengths: in.Lengths, Options: opt, Drop: in.Dropout, Rate: c.AttentionDropout}
	g := in.IDs.Graph()
	e.globalRope = c.rope(g, e.seq, c.GlobalTheta, c.GlobalScaling, opt)
	e.localRope = e.globalRope
	if c.LocalTheta != c.GlobalTheta || c.LocalScaling != c.GlobalScaling {
		e.localRope = c.rope(g, e.seq, c.LocalTheta, c.LocalScaling, opt)
	}
	return e
}

// rope returns the rotations of a kind of layer.
func (c *Config) rope(g *Graph, seq int, theta float64, scaling *Scaling, opt model.Options) nn.Rope {
	return nn.NewRope(g, seq, scaling.stretched(c.HeadDim(), theta), scaling.attention(), opt)
}

// Hidden returns the embeddings and every layer's output, the last one after
// final_norm: [batch, seq, hidden] float32 each.
func (c *Config) Hidden(w model.Weights, in model.Inputs, opt model.Options) []*Node {
	e := c.newEncoder(w, in, opt)
	hidden := nn.Layers(e.embed(in.IDs), c.Layers, opt, e.layer)
	hidden[c.Layers] = e.norm("model.final_norm", hidden[c.Layers])
	return hidden
}

// embed returns drop(norm(tok_embeddings[ids])), [batch, seq, hidden] float32, for
// ids [batch, seq] int32.
func (e *encoder) embed(ids *Node) *Node {
	x := nn.Embed(e.w.Get("model.embeddings.tok_embeddings.weight"), ids, e.PadID)
	return e.drop.Apply(e.norm("model.embeddings.norm", x), e.EmbeddingDropout)
}

// layer returns layer i's output for its input x, [batch, seq, hidden] float32
// both:
//
//	x = x + attn(attn_norm(x))
//	x = x + mlp(mlp_norm(x))
func (e *encoder) layer(i int, x *Node) *Node {
	x = Add(x, ConvertDType(e.attention(i, e.attentionInput(i, x)), dtypes.Float32))
	h := e.norm(layerName(i)+"mlp_norm", x)
	return Add(x, ConvertDType(e.mlp(layerName(i)+"mlp", h), dtypes.Float32))
}

// attentionInput returns attn_norm(x) of layer i. Layer 0 has no attn_norm: the
// embeddings are normed already.
func (e *encoder) attentionInput(i int, x *Node) *Node {
	if i == 0 {
		return x
	}
	return e.norm(layerName(i)+"attn_norm", x)
}

// mlp returns Wo(act(u)·g), [batch, seq, hidden], where u and g are the halves of
// Wi(x).
func (e *encoder) mlp(name string, x *Node) *Node {
	h := nn.GatedLinear(e.Activation, ConvertDType(x, e.dtype), e.w.Get(name+".Wi.weight"), e.w.Optional(name+".Wi.bias", e.MLPBias), e.opt)
	h = e.drop.Apply(h, e.MLPDropout)         // [batch, seq, intermediate]
	return e.linear(name+".Wo", h, e.MLPBias) // [batch, seq, hidden]
}

// linear applies the named linear map to x [..., in], in the compute dtype.
func (e *encoder) linear(name string, x *Node, bias bool) *Node {
	return nn.Linear(ConvertDType(x, e.dtype), e.w.Get(name+".weight"), e.w.Optional(name+".bias", bias), e.opt)
}

// norm applies the named layer norm to x [..., hidden], in float32.
func (e *encoder) norm(name string, x *Node) *Node {
	return nn.LayerNorm(x, e.w.Get(name+".weight"), e.w.Optional(name+".bias", e.NormBias), e.NormEps, e.opt)
}
