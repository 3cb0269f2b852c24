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
	qkv := e.linear(name+".Wqkv", x, e.AttentionBias)           // [batch, seq, 3·hidden]
	qkv = Reshape(qkv, e.batch, e.seq, 3, e.Heads, e.HeadDim()) // [batch, seq, 3, heads, headDim]
	qkv = TransposeAllAxes(qkv, 2, 0, 3, 1, 4)                  // [3, batch, heads, seq, headDim]
	part := func(i int) *Node { return Squeeze(SliceAxis(qkv, 0, AxisElem(i)), 0) }
	q, k, v := angles.rotate(part(0)), angles.rotate(part(1)), part(2) // [batch, heads, seq, headDim] each
	q = MulScalar(q, 1/math.Sqrt(float64(e.HeadDim())))

	var heads *Node // [batch, heads, seq, headDim]
	if e.Global(i) {
		heads = nn.Global(q, k, v, e.lengths, e.opt, e.drop, e.AttentionDropout)
	} else {
		heads = e.near.Attend(q, k, v)
	}
	heads = Reshape(Transpose(heads, 1, 2), e.batch, e.seq, e.HiddenSize)
	out := e.linear(name+".Wo", heads, e.AttentionBias)
	return e.drop.Apply(out, e.AttentionDropout)
}
