package modernbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// encoder is one graph being built: the weights and what all layers share.
type encoder struct {
	*Config
	w    model.Weights
	opt  model.Options
	drop *model.Dropout

	batch, seq int
	dtype      dtypes.DType // of matrix products
	lengths    *Node        // [batch] int32

	global, local rope
	near          *nn.Local // how local layers attend
}

func (c *Config) newEncoder(w model.Weights, in model.Inputs, opt model.Options) *encoder {
	shape := in.IDs.Shape()
	e := &encoder{
		Config: c, w: w, opt: opt, drop: in.Dropout,
		batch: shape.Dim(0), seq: shape.Dim(1), dtype: opt.DType(), lengths: in.Lengths,
	}
	e.near = &nn.Local{Window: c.Window(), Lengths: in.Lengths, Options: opt, Drop: in.Dropout, Rate: c.AttentionDropout}
	g := in.IDs.Graph()
	e.global = newRope(g, e.seq, c.HeadDim(), c.GlobalTheta)
	e.local = e.global
	if c.LocalTheta != c.GlobalTheta {
		e.local = newRope(g, e.seq, c.HeadDim(), c.LocalTheta)
	}
	return e
}

// Hidden returns the embeddings, every layer's output, and as the last the
// final layer's output after final_norm: [batch, seq, hidden] float32 each.
func (c *Config) Hidden(w model.Weights, in model.Inputs, opt model.Options) []*Node {
	e := c.newEncoder(w, in, opt)
	x := e.embed(in.IDs)
	hidden := []*Node{x}
	for i := range c.Layers {
		if opt.Checkpoint {
			x = x.Checkpoint()
		}
		x = e.layer(i, x)
		hidden = append(hidden, x)
	}
	if opt.Checkpoint {
		x = x.StopCheckpoint()
	}
	hidden[c.Layers] = e.norm("model.final_norm", x)
	return hidden
}

// embed is drop(norm(tok_embeddings[ids])): [batch, seq, hidden].
func (e *encoder) embed(ids *Node) *Node {
	x := nn.Embed(e.w.Get("model.embeddings.tok_embeddings.weight"), ids, e.PadID)
	return e.drop.Apply(e.norm("model.embeddings.norm", x), e.EmbeddingDropout)
}

// layer adds attention and MLP to the residual stream:
//
//	x = x + attn(attn_norm(x))
//	x = x + mlp(mlp_norm(x))
//
// The stream itself stays float32.
func (e *encoder) layer(i int, x *Node) *Node {
	name := layerName(i)
	h := x
	if i > 0 {
		h = e.norm(name+"attn_norm", x)
	}
	x = Add(x, ConvertDType(e.attention(i, h), dtypes.Float32))
	h = e.norm(name+"mlp_norm", x)
	return Add(x, ConvertDType(e.mlp(name+"mlp", h), dtypes.Float32))
}

// mlp is the gated Wo(act(u)·g), where (u, g) are the halves of Wi(x).
func (e *encoder) mlp(name string, x *Node) *Node {
	h := nn.GatedLinear(e.Activation, ConvertDType(x, e.dtype), e.w.Get(name+".Wi.weight"), e.w.Optional(name+".Wi.bias", e.MLPBias))
	h = e.drop.Apply(h, e.MLPDropout)         // [batch, seq, intermediate]
	return e.linear(name+".Wo", h, e.MLPBias) // [batch, seq, hidden]
}

func (e *encoder) linear(name string, x *Node, bias bool) *Node {
	return nn.Linear(ConvertDType(x, e.dtype), e.w.Get(name+".weight"), e.w.Optional(name+".bias", bias))
}

func (e *encoder) norm(name string, x *Node) *Node {
	return nn.LayerNorm(x, e.w.Get(name+".weight"), e.w.Optional(name+".bias", e.NormBias), e.NormEps)
}
