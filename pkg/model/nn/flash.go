package nn

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// flashes reports whether a layer attends through [flash]: where it can, unless
// opt.Attention says otherwise. It panics where opt.Attention is "flash" and the
// layer cannot.
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

// flashServes returns nil where [flash] can attend, else an error that says what
// it lacks.
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

// flash computes [Global] by cuDNN's fused attention, which keeps no scores in
// either pass. It passes padding as the rows' lengths: with any mask GoMLX would
// fall back to the whole score matrix. cuDNN sums the queries' gradient in no
// fixed order, so runs on a GPU may differ in the last digits.
func flash(q, k, v, lengths *Node) *Node {
	length := atLeastOne(lengths)
	return fused(q, k, v, compute.ScaledDotProductAttentionConfig{}, length, length)
}

// flashWindow computes [Local] by cuDNN's fused attention, for keys at most
// window positions before or after the query. q, k, v and the result are
// [batch, heads, seq, headDim], lengths is [batch] int32. cuDNN's window reaches
// backwards only, from the query's own position: so flashWindow shifts the queries
// by window positions and lets each see the 2·window keys before it and its own.
func flashWindow(q, k, v, lengths *Node, window int) *Node {
	dims := append([]int(nil), q.Shape().Dimensions...)
	seq := dims[2]
	length := atLeastOne(lengths)
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

// keysBefore passes the window's size to pkg/backend in the mask's place: the
// number of keys before the query's own that it attends to.
type keysBefore int

// KeysBefore returns the number of keys.
func (n keysBefore) KeysBefore() int { return int(n) }

// fused runs cuDNN's fused attention, softmax(q·kᵀ)·v under config's mask, and
// returns [batch, heads, seq, headDim] in q's dtype. q (divided by √headDim
// beforehand), k and v have that shape too; queries and keys, [batch] int32, are
// the number of positions of each row that count. XLA refuses other dtypes than
// bfloat16 and float16, and a head width that is no multiple of 8.
func fused(q, k, v *Node, config compute.ScaledDotProductAttentionConfig, queries, keys *Node) *Node {
	config.Scale = 1
	config.QuerySeqLen, config.KeyValueSeqLen = InternalBackendOutputs(queries)[0], InternalBackendOutputs(keys)[0]
	swap := func(x *Node) *Node { return Transpose(x, 1, 2) } // [batch, seq, heads, headDim] and back
	out, _ := BackendFusedScaledDotProductAttention(swap(q), swap(k), swap(v), compute.AttentionAxesLayoutBSHD, &config)
	return swap(out)
}

// atLeastOne raises lengths of 0 to 1: cuDNN returns NaN for a row without keys.
func atLeastOne(lengths *Node) *Node { return Max(lengths, OnesLike(lengths)) }
