package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Scores are a decoder's [n, vocab], float32.
func Scores(d model.Decoder) *Node { return decode(d.X, d.Weight, d.Bias) }

func decode(x, weight, bias *Node) *Node {
	out := float(Linear(x, weight, nil))
	if bias != nil {
		out = Add(out, ExpandLeftToRank(bias, 2))
	}
	return out
}

// mostRows is how many positions' scores are held at a time: 0.4 GB of them
// with 99,574 pieces. On a GPU it is more, since the sum of the gradients of the
// weight, which is read and written for each block, takes as long there as a
// product of 1,024 rows.
const (
	mostRows      = 1024
	mostRowsOnGPU = 16384
)

// aligned is what the sizes of the decoder's matrices are multiples of on a
// GPU: the products of 99,574 columns take twice the time of those of 99,584.
const aligned = 64

// MaskedLMLoss compares a decoder's scores with the tokens that were masked.
// It returns scalars: the weighted sum of the cross-entropies in nats, the sum
// of the weights, and the weighted number of positions whose highest score is
// the label's. Divide sum by count for the mean. Only sum has a gradient.
//
// labels are [n] int32 (any valid id where the weight is 0), weights [n]
// float32.
//
// The scores are larger than the model: the gradients are computed with the
// sum, a block of positions after another, so that no more than a block's
// scores are held, and of these, besides themselves, only
// e = exp(score - maximum). With s = Σe the softmax is e/s, and
//
//	d/dX      = w·(e/s·Weight - Weight[label])
//	d/dWeight = eᵀ·(w/s·X), less w·X in the labels' rows
//
// where no product is of the size of the scores. On a GPU, which computes an
// exponential faster than it stores one, e is exp(score - logsumexp) and s = 1.
func MaskedLMLoss(d model.Decoder, labels, weights *Node) (sum, count, correct *Node) {
	dtype, vocab := d.X.DType(), d.Weight.Shape().Dim(0)
	out := overScores(d, labels, weights, func(b scored) (parts, sums []*Node) {
		x, label, w, weight, e, s := b.x, b.label, b.w, b.weight, b.e, b.s
		// With rounded products e·Weight and eᵀ·y hold the label's part rounded,
		// too: taken off is what of it is not softmax - 1.
		rounded := ConvertDType(e, dtype)
		ownRounded := InsertAxes(float(Gather(rounded, b.place)), -1)
		rest := OneMinus(Div(Exp(Sub(b.own, b.top)), s)) // 1 - softmax
		share := Div(w, s)
		y := ConvertDType(Mul(float(x), share), dtype)
		ownWeight := float(Gather(weight, label)) // [m, hidden]
		dx := Mul(w, Sub(
			Div(product(rounded, []int{1}, nil, weight, []int{0}, nil, dtypes.Float32), s),
			Mul(Add(Div(ownRounded, s), rest), ownWeight)))
		atLabel := Add(Mul(ownRounded, float(y)), Mul(Mul(rest, w), float(x)))
		biasAtLabel := Add(Mul(ownRounded, share), Mul(rest, w))
		dWeight := transposedDot(rounded, y)
		dBias := product(share, []int{0}, nil, float(rounded), []int{0}, nil, dtypes.Float32)
		return []*Node{dx, atLabel, biasAtLabel}, append(b.outcome(), dWeight, dBias)
	})
	dx, atLabel, biasAtLabel, dWeight := out[0], out[1], out[2], out[5]
	labels = InsertAxes(labels, -1)
	dWeight = ScatterSum(dWeight, labels, Neg(atLabel), false, false)
	dWeight = SliceAxis(dWeight, 0, AxisRangeFromStart(vocab)) // without what fillDecoder added
	inputs, gradients := []*Node{d.X, d.Weight}, []*Node{dx, dWeight}
	if d.Bias != nil {
		dBias := SliceAxis(Reshape(out[6], -1), 0, AxisRangeFromStart(vocab))
		dBias = ScatterSum(dBias, labels, Neg(Squeeze(biasAtLabel, 1)), false, false)
		inputs, gradients = append(inputs, d.Bias), append(gradients, dBias)
	}
	sum = model.WithKnownGradients(Reshape(out[3]), inputs, gradients)
	return sum, ReduceAllSum(weights), Reshape(out[4])
}

// MaskedLMLossValue is MaskedLMLoss for a graph that asks for no gradient:
// there, a block that waits for another's scores to be freed would wait for
// gradients, and have them computed.
func MaskedLMLossValue(d model.Decoder, labels, weights *Node) (sum, count, correct *Node) {
	out := overScores(d, labels, weights, func(b scored) (parts, sums []*Node) { return nil, b.outcome() })
	return Reshape(out[0]), ReduceAllSum(weights), Reshape(out[1])
}

// scored is a block of m positions with their scores and what a loss wants of
// them. A field is [m, 1] where nothing else is said.
type scored struct {
	x, weight *Node // [m, hidden] and [vocab, hidden], of the dtype of matrix products
	label, w  *Node // label: int32
	place     *Node // [m, 2]: the row and the column of the label's score
	scores, e *Node // [m, vocab]; e = exp(scores - top)
	own       *Node // the label's score
	top, s    *Node // the highest score, or the logsumexp; s = Σe
}

// fillDecoder fills the weight [vocab, hidden] and the bias [vocab], nil for
// zeros, with pieces that have no probability, up to a multiple of aligned.
func fillDecoder(weight, bias *Node) (*Node, *Node) {
	g, vocab := weight.Graph(), weight.Shape().Dim(0)
	missing := -vocab & (aligned - 1)
	if missing == 0 {
		return weight, bias
	}
	if bias == nil {
		bias = Zeros(g, shapes.Make(dtypes.Float32, vocab))
	}
	nothing := Zeros(g, shapes.Make(weight.DType(), missing, weight.Shape().Dim(1)))
	never := BroadcastToDims(Const(g, float32(masked)), missing)
	return Concatenate([]*Node{weight, nothing}, 0), Concatenate([]*Node{bias, never}, 0)
}

// overScores calls body for one block of positions after another and puts
// together what it returns as [blocks.unroll] does. Nothing in it has a gradient.
func overScores(d model.Decoder, labels, weights *Node, body func(b scored) (parts, sums []*Node)) []*Node {
	n, weight := d.X.Shape().Dim(0), StopGradient(ConvertDType(d.Weight, d.X.DType()))
	var bias *Node
	if d.Bias != nil {
		bias = StopGradient(d.Bias)
	}
	most, multiple := mostRows, 1
	if onGPU(d.X) {
		most, multiple = mostRowsOnGPU, aligned
		weight, bias = fillDecoder(weight, bias)
	}
	pieces := (n + most - 1) / most
	size := (n + pieces - 1) / pieces
	cut := blocks{length: n, size: (size + multiple - 1) / multiple * multiple}
	// Not a loop of the graph, in which go-xla cannot build a reduction.
	return cut.unroll([]*Node{StopGradient(d.X), InsertAxes(labels, -1), InsertAxes(weights, -1)}, nil, func(cut, _ []*Node) (parts, sums []*Node) {
		b := scored{x: cut[0], label: cut[1], w: cut[2], weight: weight}
		b.scores = decode(b.x, weight, bias)
		rows := Iota(b.x.Graph(), shapes.Make(dtypes.Int32, b.x.Shape().Dim(0), 1), 0)
		b.place = Concatenate([]*Node{rows, b.label}, 1)
		b.own = InsertAxes(Gather(b.scores, b.place), -1)
		b.top = ReduceAndKeep(b.scores, ReduceMax, 1)
		if onGPU(b.x) {
			b.top = Add(b.top, Log(ReduceAndKeep(Exp(Sub(b.scores, b.top)), ReduceSum, 1)))
			b.e = Exp(Sub(b.scores, b.top))
			b.s = OnesLike(b.top)
			return body(b)
		}
		b.e = Exp(Sub(b.scores, b.top))
		b.s = ReduceAndKeep(b.e, ReduceSum, 1)
		return body(b)
	})
}

// outcome is the block's weighted sums of the cross-entropies and of the
// positions whose highest score is the label's, [1, 1] each.
func (b scored) outcome() []*Node {
	loss := Sub(Add(b.top, Log(b.s)), b.own)
	best := InsertAxes(ArgMax(b.scores, 1, dtypes.Int32), -1)
	hit := ConvertDType(Equal(best, b.label), dtypes.Float32)
	return []*Node{ReduceAndKeep(Mul(b.w, loss), ReduceSum, 0), ReduceAndKeep(Mul(b.w, hit), ReduceSum, 0)}
}
