package nn

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// flashes says whether a layer attends through [flash]: where it can, unless the
// options say otherwise. Where they want it and it cannot, flashes panics.
func flashes(q *Node, opt model.Options, drop *model.Dropout, rate float64) bool {
	switch opt.Attention {
	case "scores", "blocks":
		return false
	case "", "flash":
		err := flashServes(q, drop, rate)
		if err != nil && opt.Attention == "flash" {
			panic(err)
		}
		return err == nil
	}
	panic(fmt.Errorf("attention %q is none of scores, blocks and flash", opt.Attention))
}

// flashServes is nil where [flash] can attend, else what stands in its way.
func flashServes(q *Node, drop *model.Dropout, rate float64) error {
	why := ""
	switch {
	case !onGPU(q):
		why = "the backend " + q.Graph().Backend().Name() + " has no fused attention, CUDA has"
	case q.DType() != dtypes.BFloat16:
		why = "it needs the compute dtype bfloat16, this is " + q.DType().String()
	case q.Shape().Dim(-1)%8 != 0:
		why = fmt.Sprintf("it needs a head width that is a multiple of 8, this is %d", q.Shape().Dim(-1))
	case drop != nil && rate > 0:
		why = "it has no dropout on the attention weights"
	default:
		return nil
	}
	return fmt.Errorf("attention \"flash\": %s; leave the attention option empty for what the backend has", why)
}

// flash is Global through cuDNN's fused attention, which keeps no scores in
// either pass. Padding goes to it as the rows' lengths: any mask would make
// GoMLX fall back to the whole score matrix. cuDNN adds up the queries' gradient
// in no fixed order: runs on a GPU need not agree in the last digits.
func flash(q, k, v, lengths *Node) *Node {
	length := someToken(lengths)
	return fused(q, k, v, compute.ScaledDotProductAttentionConfig{}, length, length)
}

// flashWindow is Local through cuDNN's fused attention. cuDNN's window reaches
// from a query backwards only: so the queries are moved by the window, and what
// lay that far after them lies at their own position.
func flashWindow(q, k, v, lengths *Node, window int) *Node {
	dims := append([]int(nil), q.Shape().Dimensions...)
	seq := dims[2]
	length := someToken(lengths)
	config := compute.ScaledDotProductAttentionConfig{Causal: true, Mask: keysBefore(2 * window)}
	if window == 0 {
		return fused(q, k, v, config, length, length)
	}
	dims[2] = window
	nothing := Zeros(q.Graph(), shapes.Make(q.DType(), dims...))
	after := func(x *Node) *Node { return Concatenate([]*Node{x, nothing}, 2) }
	out := fused(Concatenate([]*Node{nothing, q}, 2), after(k), after(v), config, AddScalar(length, window), length)
	return SliceAxis(out, 2, AxisRange(window, window+seq))
}

// keysBefore is a mask to pkg/backend: the window of attention.
type keysBefore int

func (n keysBefore) KeysBefore() int { return int(n) }

// fused is cuDNN's attention of q, which is scaled, [batch, heads, seq, headDim]
// as the result, with the lengths of queries and keys.
func fused(q, k, v *Node, config compute.ScaledDotProductAttentionConfig, queries, keys *Node) *Node {
	config.Scale = 1
	config.QuerySeqLen, config.KeyValueSeqLen = InternalBackendOutputs(queries)[0], InternalBackendOutputs(keys)[0]
	swap := func(x *Node) *Node { return Transpose(x, 1, 2) } // [batch, seq, heads, headDim] and back
	out, _ := BackendFusedScaledDotProductAttention(swap(q), swap(k), swap(v), compute.AttentionAxesLayoutBSHD, &config)
	return swap(out)
}

// someToken gives a row without a token one: cuDNN makes a row that attends to
// nothing NaN.
func someToken(lengths *Node) *Node { return Max(lengths, OnesLike(lengths)) }
