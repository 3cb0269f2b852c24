package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// PlainLinear returns x·weightᵀ + bias, as torch's nn.Linear. x is [..., in],
// weight [out, in] float32, bias [out] float32 or nil; the result is [..., out] in
// x's dtype.
func PlainLinear(x, weight, bias *Node) *Node {
	return linear(x, ConvertDType(weight, x.DType()), bias)
}

// PlainLayerNorm returns (x - mean)/√(variance + eps)·weight + bias, where mean
// and variance are those of x's last axis. x is [..., hidden], weight and bias
// [hidden], bias may be nil; the result is float32.
func PlainLayerNorm(x, weight, bias *Node, eps float64) *Node {
	x = toFloat32(x)
	mean := ReduceAndKeep(x, ReduceMean, -1)                        // [..., 1]
	variance := ReduceAndKeep(Square(Sub(x, mean)), ReduceMean, -1) // [..., 1]
	normed := Div(Sub(x, mean), Sqrt(AddScalar(variance, eps)))     // [..., hidden]
	return addBias(Mul(normed, ExpandLeftToRank(weight, x.Rank())), bias)
}

// PlainGatedLinear returns act(u)·g, where u and g are the first and second half
// of [PlainLinear]'s last axis. x is [..., in], weight [2·width, in], bias
// [2·width] or nil; the result is [..., width] in x's dtype.
func PlainGatedLinear(activation string, x, weight, bias *Node) *Node {
	u, g := halves(PlainLinear(x, weight, bias))
	return Mul(Activate(activation, u), g)
}

// PlainRotate rotates the pair (a, b) = (x[i], x[i+headDim/2]) of every head by
// its position's angle, to (a·cos - b·sin, b·cos + a·sin), in float32. x is
// [batch, heads, seq, headDim], cos and sin are [seq, headDim/2]; the result has
// x's shape and dtype.
func PlainRotate(x, cos, sin *Node) *Node {
	a, b := halves(toFloat32(x)) // [batch, heads, seq, headDim/2] each
	cos, sin = ExpandLeftToRank(cos, 4), ExpandLeftToRank(sin, 4)
	first := Sub(Mul(a, cos), Mul(b, sin))
	second := Add(Mul(b, cos), Mul(a, sin))
	return ConvertDType(Concatenate([]*Node{first, second}, -1), x.DType())
}

// Allowed returns [batch, 1, seq, seq] bool: whether query i (third axis) of a
// row attends to key j (last axis). It does where j is below the row's length
// and, unless window is negative, |i-j| <= window. lengths is [batch] int32.
func Allowed(lengths *Node, seq, window int) *Node {
	g, batch := lengths.Graph(), lengths.Shape().Dim(0)
	shape := shapes.Make(dtypes.Int32, batch, 1, seq, seq)
	i, j := Iota(g, shape, 2), Iota(g, shape, 3)
	allowed := LessThan(j, BroadcastToShape(Reshape(lengths, batch, 1, 1, 1), shape))
	if window < 0 {
		return allowed
	}
	return LogicalAnd(allowed, LessOrEqual(Abs(Sub(i, j)), Scalar(g, dtypes.Int32, window)))
}

// PlainWeights returns the attention weights, softmax(q·kᵀ) over the allowed
// keys, [batch, heads, seq, seq] float32. q and k are [batch, heads, seq,
// headDim], q divided by √headDim beforehand; allowed is [Allowed]'s.
func PlainWeights(q, k, allowed *Node) *Node {
	return Softmax(scores(q, k, Bias(allowed)), -1)
}

// PlainAttention returns PlainWeights(q, k, allowed)·v, with dropout of rate on
// the weights. v and the result are like q.
func PlainAttention(q, k, v, allowed *Node, drop *model.Dropout, rate float64) *Node {
	weights := drop.Apply(PlainWeights(q, k, allowed), rate)
	return dot(ConvertDType(weights, v.DType()), v)
}

// CrossEntropy returns -log softmax(scores)[label] of each row in nats, [n].
// scores is [n, classes] float32, labels [n] int32.
func CrossEntropy(scores, labels *Node) *Node {
	maximum := StopGradient(ReduceAndKeep(scores, ReduceMax, -1)) // [n, 1], subtracted against overflow
	shifted := Sub(scores, maximum)
	row := Iota(scores.Graph(), shapes.Make(dtypes.Int32, scores.Shape().Dim(0), 1), 0)
	label := Gather(shifted, Concatenate([]*Node{row, InsertAxes(labels, -1)}, 1)) // [n]
	return Sub(Log(ReduceSum(Exp(shifted), -1)), label)
}

// PlainMaskedLMLoss returns what [MaskedLMLoss] does, with all scores in memory.
func PlainMaskedLMLoss(d model.Decoder, labels, weights *Node) (sum, count, correct *Node) {
	scores := Scores(d)                                            // [n, vocab]
	best := ArgMax(scores, 1, dtypes.Int32)                        // [n]
	sum = ReduceAllSum(Mul(weights, CrossEntropy(scores, labels))) // nats
	correct = ReduceAllSum(Mul(weights, ConvertDType(Equal(best, labels), dtypes.Float32)))
	return sum, ReduceAllSum(weights), correct
}
