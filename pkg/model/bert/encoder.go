package bert

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// An encoder builds one graph: it holds the weights and what all layers share.
type encoder struct {
	*Config
	w       model.Weights
	opt     model.Options
	drop    *model.Dropout
	dtype   dtypes.DType // of matrix products
	lengths *Node        // [batch] int32
}

// newEncoder prepares the graph of a batch.
func (c *Config) newEncoder(w model.Weights, in model.Inputs, opt model.Options) *encoder {
	return &encoder{Config: c, w: w, opt: opt, drop: in.Dropout, dtype: opt.DType(), lengths: in.Lengths}
}

// Hidden returns the embeddings and every layer's output: [batch, seq, hidden]
// float32 each.
func (c *Config) Hidden(w model.Weights, in model.Inputs, opt model.Options) []*Node {
	e := c.newEncoder(w, in, opt)
	return nn.Layers(e.embed(in.IDs, in.TypeIDs), c.Layers, opt, e.layer)
}

// embed returns drop(LayerNorm(word + type + position)), [batch, seq, hidden]
// float32, for ids and types [batch, seq] int32. It panics on a sequence that is
// longer than the position table.
func (e *encoder) embed(ids, types *Node) *Node {
	seq := ids.Shape().Dim(1)
	if seq > e.MaxLength {
		panic(fmt.Errorf("a sequence of %d tokens is longer than this BERT's %d positions (max_position_embeddings); truncate it", seq, e.MaxLength))
	}
	x := nn.Embed(e.w.Get("bert.embeddings.word_embeddings.weight"), ids, e.PadID)
	table := e.w.Get("bert.embeddings.token_type_embeddings.weight")
	if types == nil { // all of type 0
		x = Add(x, InsertAxes(SliceAxis(table, 0, AxisElem(0)), 0)) // [1, 1, hidden]
	} else {
		x = Add(x, nn.Embed(table, types, -1))
	}
	positions := SliceAxis(e.w.Get("bert.embeddings.position_embeddings.weight"), 0, AxisRangeFromStart(seq))
	x = Add(x, InsertAxes(positions, 0)) // [1, seq, hidden]
	return e.drop.Apply(e.norm("bert.embeddings.LayerNorm", x), e.HiddenDropout)
}

// layer returns layer i's output for its input x, [batch, seq, hidden] float32
// both:
//
//	x = LayerNorm(x + drop(dense(attention(x))))
//	x = LayerNorm(x + drop(output(act(intermediate(x)))))
func (e *encoder) layer(i int, x *Node) *Node {
	name := fmt.Sprintf("bert.encoder.layer.%d.", i)
	h := e.linear(name+"attention.output.dense", e.attention(name+"attention.self.", x))
	x = e.norm(name+"attention.output.LayerNorm", e.residual(x, h))
	h = nn.Activate(e.Activation, e.linear(name+"intermediate.dense", x)) // [batch, seq, intermediate]
	h = e.linear(name+"output.dense", h)
	return e.norm(name+"output.LayerNorm", e.residual(x, h))
}

// attention returns softmax(q·kᵀ/√headDim)·v of all heads, [batch, seq, hidden],
// for x of that shape.
func (e *encoder) attention(name string, x *Node) *Node {
	dims := x.Shape().Dimensions
	heads := func(part string) *Node {
		h := Reshape(e.linear(name+part, x), dims[0], dims[1], e.Heads, e.HeadDim())
		return Transpose(h, 1, 2) // [batch, heads, seq, headDim]
	}
	q := MulScalar(heads("query"), 1/math.Sqrt(float64(e.HeadDim())))
	out := nn.Global(q, heads("key"), heads("value"), e.lengths, e.opt, e.drop, e.AttentionDropout)
	return Reshape(Transpose(out, 1, 2), dims...)
}

// residual returns x + drop(h) in float32.
func (e *encoder) residual(x, h *Node) *Node {
	return Add(x, ConvertDType(e.drop.Apply(h, e.HiddenDropout), dtypes.Float32))
}

// linear applies the named linear map to x [..., in], in the compute dtype.
func (e *encoder) linear(name string, x *Node) *Node {
	return nn.Linear(ConvertDType(x, e.dtype), e.w.Get(name+".weight"), e.w.Get(name+".bias"), e.opt)
}

// norm applies the named layer norm to x [..., hidden], in float32.
func (e *encoder) norm(name string, x *Node) *Node {
	return nn.LayerNorm(x, e.w.Get(name+".weight"), e.w.Get(name+".bias"), e.NormEps, e.opt)
}
