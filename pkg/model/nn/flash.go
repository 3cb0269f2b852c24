package nn

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"llmjp.internal/modernbert/pkg/model"
)

// flash is Global through cuDNN's fused attention, which keeps no scores in
// either pass. Padding goes to it as the rows' lengths: any mask would make
// GoMLX fall back to the whole score matrix. What it cannot do is an error.
func flash(q, k, v, lengths *Node, drop *model.Dropout, rate float64) *Node {
	refuse := func(why string) {
		panic(fmt.Errorf("attention \"flash\": %s; leave the attention option empty for the portable one", why))
	}
	can := q.Graph().Backend().Capabilities().Operations
	switch {
	case !can[compute.OpTypeFusedScaledDotProductAttention] || !can[compute.OpTypeFusedScaledDotProductAttentionVJP]:
		refuse("the backend " + q.Graph().Backend().Name() + " has no fused attention, CUDA has")
	case q.DType() != dtypes.BFloat16:
		refuse("it needs the compute dtype bfloat16, this is " + q.DType().String())
	case q.Shape().Dim(-1)%8 != 0:
		refuse(fmt.Sprintf("it needs a head width that is a multiple of 8, this is %d", q.Shape().Dim(-1)))
	case drop != nil && rate > 0:
		refuse("it has no dropout on the attention weights")
	}
	length := InternalBackendOutputs(lengths)[0]
	config := &compute.ScaledDotProductAttentionConfig{Scale: 1, QuerySeqLen: length, KeyValueSeqLen: length} // q is scaled
	swap := func(x *Node) *Node { return Transpose(x, 1, 2) }                                                 // [batch, seq, heads, headDim] and back
	var out *Node
	err := exceptions.TryCatch[error](func() {
		out, _ = BackendFusedScaledDotProductAttention(swap(q), swap(k), swap(v), compute.AttentionAxesLayoutBSHD, config)
	})
	if err != nil {
		refuse(err.Error())
	}
	return swap(out)
}
