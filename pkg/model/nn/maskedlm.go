package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Scores returns a decoder's scores, [n, vocab] float32.
func Scores(d model.Decoder) *Node {
	return addBias(toFloat32(Linear(d.X, d.Weight, nil, model.Options{Plain: d.Plain})), d.Bias)
}

// mostRows is the number of positions whose scores are held at a time: 0.4 GB with
// a vocabulary of 99,574. On a GPU it is larger: reading and writing the sum of the
// weight's gradients, once a block, takes as long there as a product of 1,024 rows.
const (
	mostRows      = 1024
	mostRowsOnGPU = 16384
)

// alignment divides the sizes of the decoder's matrices on a GPU: a product of
// 99,574 columns takes twice as long as one of 99,584.
const alignment = 64

// MaskedLMLoss compares a decoder's scores with the tokens that were masked. It
// returns scalars: the weighted sum of the cross-entropies in nats, the sum of the
// weights, and the weighted number of positions whose highest score is the
// label's. sum/count is the mean. Only sum has a gradient.
//
// labels are [n] int32 (any valid id where the weight is 0), weights [n] float32.
//
// It computes [PlainMaskedLMLoss] in blocks of positions, because the scores are
// larger than the model. It derives nothing: it computes the gradients together
// with the sum, so that it holds one block's scores and e = exp(score - maximum)
// at a time. With s = Σe the softmax is e/s, and
//
//	d/dX      = w·(e/s·Weight - Weight[label])
//	d/dWeight = eᵀ·(w/s·X), less w·X in the labels' rows
//
// where every product is smaller than the scores. On a GPU, which computes an
// exponential faster than it stores one, e is exp(score - logsumexp) and s = 1.
func MaskedLMLoss(d model.Decoder, labels, weights *Node) (sum, count, correct *Node) {
	if d.Plain {
		return PlainMaskedLMLoss(d, labels, weights)
	}
	dtype, vocab := d.X.DType(), d.Weight.Shape().Dim(0)
	out := overScores(d, labels, weights, func(b scoreBlock) (parts, sums []*Node) {
		x, label, w, weight, e, s := b.x, b.label, b.w, b.weight, b.e, b.s
		// With bfloat16 products e·Weight and eᵀ·y contain the label's softmax
		// rounded. They are corrected at the label by the rounded softmax plus
		// 1 - softmax, instead of by 1: softmax - 1 remains, unrounded.
		rounded := ConvertDType(e, dtype)
		ownRounded := InsertAxes(toFloat32(Gather(rounded, b.place)), -1)
		rest := OneMinus(Div(Exp(Sub(b.own, b.top)), s)) // 1 - softmax
		share := Div(w, s)
		y := ConvertDType(Mul(toFloat32(x), share), dtype)
		ownWeight := toFloat32(Gather(weight, label)) // [m, hidden]
		dx := Mul(w, Sub(
			Div(product(rounded, []int{1}, nil, weight, []int{0}, nil, dtypes.Float32), s),
			Mul(Add(Div(ownRounded, s), rest), ownWeight)))
		atLabel := Add(Mul(ownRounded, toFloat32(y)), Mul(Mul(rest, w), toFloat32(x)))
		biasAtLabel := Add(Mul(ownRounded, share), Mul(rest, w))
		dWeight := transposedDot(rounded, y)
		dBias := product(share, []int{0}, nil, toFloat32(rounded), []int{0}, nil, dtypes.Float32)
		return []*Node{dx, atLabel, biasAtLabel}, append(b.outcome(), dWeight, dBias)
	})
	dx, atLabel, biasAtLabel, dWeight := out[0], out[1], out[2], out[5]
	labels = InsertAxes(labels, -1)
	dWeight = ScatterSum(dWeight, labels, Neg(atLabel), false, false)
	dWeight = SliceAxis(dWeight, 0, AxisRangeFromStart(vocab)) // without fillDecoder's rows
	inputs, gradients := []*Node{d.X, d.Weight}, []*Node{dx, dWeight}
	if d.Bias != nil {
		dBias := SliceAxis(Reshape(out[6], -1), 0, AxisRangeFromStart(vocab))
		dBias = ScatterSum(dBias, labels, Neg(Squeeze(biasAtLabel, 1)), false, false)
		inputs, gradients = append(inputs, d.Bias), append(gradients, dBias)
	}
	sum = model.WithKnownGradients(Reshape(out[3]), inputs, gradients)
	return sum, ReduceAllSum(weights), Reshape(out[4])
}

// MaskedLMLossValue computes [MaskedLMLoss] for a graph without gradients. There
// MaskedLMLoss would compute them all the same: each block waits for the results
// of the one before.
func MaskedLMLossValue(d model.Decoder, labels, weights *Node) (sum, count, correct *Node) {
	if d.Plain {
		return PlainMaskedLMLoss(d, labels, weights)
	}
	out := overScores(d, labels, weights, func(b scoreBlock) (parts, sums []*Node) { return nil, b.outcome() })
	return Reshape(out[0]), ReduceAllSum(weights), Reshape(out[1])
}

// A scoreBlock holds m positions with their scores, [m, 1] float32 each where the
// field says no other shape.
type scoreBlock struct {
	x, weight *Node // [m, hidden] and [vocab, hidden], in the dtype of matrix products
	label, w  *Node // label is int32, w the position's weight
	place     *Node // [m, 2] int32: row and column of the label's score
	scores, e *Node // [m, vocab]; e = exp(scores - top)
	own       *Node // the label's score
	top, s    *Node // the highest score, or the logsumexp on a GPU; s = Σe
}

// fillDecoder extends weight [vocab, hidden] and bias [vocab] (nil for zeros) to a
// vocabulary that is a multiple of alignment, by tokens without probability.
func fillDecoder(weight, bias *Node) (*Node, *Node) {
	g, vocab := weight.Graph(), weight.Shape().Dim(0)
	missing := -vocab & (alignment - 1)
	if missing == 0 {
		return weight, bias
	}
	if bias == nil {
		bias = Zeros(g, shapes.Make(dtypes.Float32, vocab))
	}
	nothing := Zeros(g, shapes.Make(weight.DType(), missing, weight.Shape().Dim(1)))
	never := BroadcastToDims(Const(g, float32(maskedScore)), missing)
	return Concatenate([]*Node{weight, nothing}, 0), Concatenate([]*Node{bias, never}, 0)
}

// overScores calls body for one block of positions after another and returns the
// joined results and sums as [blocks.unroll] does. None of them has a gradient.
func overScores(d model.Decoder, labels, weights *Node, body func(b scoreBlock) (parts, sums []*Node)) []*Node {
	n, weight := d.X.Shape().Dim(0), StopGradient(ConvertDType(d.Weight, d.X.DType()))
	var bias *Node
	if d.Bias != nil {
		bias = StopGradient(d.Bias)
	}
	most, multiple := mostRows, 1
	if onGPU(d.X) {
		most, multiple = mostRowsOnGPU, alignment
		weight, bias = fillDecoder(weight, bias)
	}
	pieces := (n + most - 1) / most
	size := (n + pieces - 1) / pieces
	b := blocks{length: n, size: (size + multiple - 1) / multiple * multiple}
	// Not a loop of the graph, in which go-xla cannot build a reduction.
	return b.unroll([]*Node{StopGradient(d.X), InsertAxes(labels, -1), InsertAxes(weights, -1)}, nil, func(pieces, _ []*Node) (parts, sums []*Node) {
		b := scoreBlock{x: pieces[0], label: pieces[1], w: pieces[2], weight: weight}
		b.scores = Scores(model.Decoder{X: b.x, Weight: weight, Bias: bias})
		row := Iota(b.x.Graph(), shapes.Make(dtypes.Int32, b.x.Shape().Dim(0), 1), 0)
		b.place = Concatenate([]*Node{row, b.label}, 1)
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

// outcome returns two of the block's sums, [1, 1] each: the weighted
// cross-entropies, and the weights of the positions whose highest score is the
// label's.
func (b scoreBlock) outcome() []*Node {
	loss := Sub(Add(b.top, Log(b.s)), b.own)
	best := InsertAxes(ArgMax(b.scores, 1, dtypes.Int32), -1)
	hit := ConvertDType(Equal(best, b.label), dtypes.Float32)
	return []*Node{ReduceAndKeep(Mul(b.w, loss), ReduceSum, 0), ReduceAndKeep(Mul(b.w, hit), ReduceSum, 0)}
}
