package modernbert

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model/nn"
)

func layerName(i int) string { return fmt.Sprintf("model.layers.%d.", i) }

// attention is Wo of the heads' weighted values, [batch, seq, hidden]. Global
// layers attend to the whole row, local ones to |i-j| <= Window.
func (e *encoder) attention(i int, x *Node) *Node {
	name := layerName(i) + "attn"
	angles := e.local
	if e.Global(i) {
		angles = e.global
	}
	qkv := e.linear(name+".Wqkv", x, e.AttentionBias)             // [batch, seq, 3·hidden]
	qkv = Reshape(qkv, e.batch, e.seq, 3, e.Heads, e.HeadDim())   // [batch, seq, 3, heads, headDim]
	qk := angles.rotate(SliceAxis(qkv, 2, AxisRangeFromStart(2))) // [batch, seq, 2, heads, headDim]
	q := Squeeze(SliceAxis(qk, 2, AxisElem(0)), 2)                // [batch, seq, heads, headDim]
	k := Squeeze(SliceAxis(qk, 2, AxisElem(1)), 2)
	v := Squeeze(SliceAxis(qkv, 2, AxisElem(2)), 2)
	q = MulScalar(q, 1/math.Sqrt(float64(e.HeadDim())))

	var heads *Node // [batch, seq, heads, headDim]
	if e.Global(i) {
		heads = nn.Global(q, k, v, e.lengths, e.opt, e.drop, e.AttentionDropout)
	} else {
		heads = e.localAttention(q, k, v)
	}
	out := e.linear(name+".Wo", Reshape(heads, e.batch, e.seq, e.HiddenSize), e.AttentionBias)
	return e.drop.Apply(out, e.AttentionDropout)
}
