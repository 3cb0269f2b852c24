package modernbert

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// layerName returns the prefix of layer i's weights.
func layerName(i int) string { return fmt.Sprintf("model.layers.%d.", i) }

// attention returns Wo·(softmax(q·kᵀ/√headDim)·v) of all heads, [batch, seq,
// hidden], for layer i's normed input x of that shape. Global layers attend to the
// whole row, local ones to |i-j| <= Window.
func (e *encoder) attention(i int, x *Node) *Node {
	q, k, v := e.heads(i, x)
	var heads *Node // [batch, heads, seq, headDim]
	if e.Global(i) {
		heads = nn.Global(q, k, v, e.lengths, e.opt, e.drop, e.AttentionDropout)
	} else {
		heads = e.localAttention.Attend(q, k, v)
	}
	heads = Reshape(Transpose(heads, 1, 2), e.batch, e.seq, e.HiddenSize)
	out := e.linear(layerName(i)+"attn.Wo", heads, e.AttentionBias)
	return e.drop.Apply(out, e.AttentionDropout)
}

// heads returns layer i's queries, keys and values of its normed input x,
// [batch, heads, seq, headDim] each. Queries and keys are rotated, and queries
// divided by √headDim.
func (e *encoder) heads(i int, x *Node) (q, k, v *Node) {
	rope := e.localRope
	if e.Global(i) {
		rope = e.globalRope
	}
	qkv := e.linear(layerName(i)+"attn.Wqkv", x, e.AttentionBias) // [batch, seq, 3·hidden]
	qkv = Reshape(qkv, e.batch, e.seq, 3, e.Heads, e.HeadDim())   // [batch, seq, 3, heads, headDim]
	qkv = TransposeAllAxes(qkv, 2, 0, 3, 1, 4)                    // [3, batch, heads, seq, headDim]
	part := func(i int) *Node { return Squeeze(SliceAxis(qkv, 0, AxisElem(i)), 0) }
	q, k, v = rope.Rotate(part(0)), rope.Rotate(part(1)), part(2)
	return MulScalar(q, 1/math.Sqrt(float64(e.HeadDim()))), k, v
}

// QueriesKeys returns the queries and keys of a layer's heads for a batch,
// [batch, heads, seq, headDim] each, as attention multiplies them: rotated, and the
// queries divided by √headDim.
func (c *Config) QueriesKeys(w model.Weights, in model.Inputs, layer int, opt model.Options) (q, k *Node) {
	e := c.newEncoder(w, in, opt)
	x := e.embed(in.IDs)
	for i := range layer {
		x = e.layer(i, x)
	}
	q, k, _ = e.heads(layer, e.attentionInput(layer, x))
	return q, k
}
