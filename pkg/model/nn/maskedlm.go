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
// with 99,574 pieces.
const mostRows = 1024

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
// where no product is of the size of the scores.
func MaskedLMLoss(d model.Decoder, labels, weights *Node) (sum, count, correct *Node) {
	dtype := d.X.DType()
	n, vocab := d.X.Shape().Dim(0), d.Weight.Shape().Dim(0)
	weight := StopGradient(ConvertDType(d.Weight, dtype))
	var bias *Node
	if d.Bias != nil {
		bias = StopGradient(d.Bias)
	}
	labels = InsertAxes(labels, -1) // [n, 1]

	pieces := (n + mostRows - 1) / mostRows
	b := blocks{length: n, size: (n + pieces - 1) / pieces}
	// Not a loop of the graph, in which go-xla cannot build a reduction.
	out := b.unroll([]*Node{StopGradient(d.X), labels, InsertAxes(weights, -1)}, nil, func(cut, _ []*Node) (parts, sums []*Node) {
		x, label, w := cut[0], cut[1], cut[2]
		scores := decode(x, weight, bias)
		rows := Iota(x.Graph(), shapes.Make(dtypes.Int32, x.Shape().Dim(0), 1), 0)
		place := Concatenate([]*Node{rows, label}, 1)
		own := InsertAxes(Gather(scores, place), -1) // [m, 1]
		maximum := ReduceAndKeep(scores, ReduceMax, 1)
		e := Exp(Sub(scores, maximum))
		s := ReduceAndKeep(e, ReduceSum, 1)
		loss := Sub(Add(maximum, Log(s)), own)
		best := InsertAxes(ArgMax(scores, 1, dtypes.Int32), -1)
		hit := ConvertDType(Equal(best, label), dtypes.Float32)

		// With rounded products e·Weight and eᵀ·y hold the label's part rounded,
		// too: taken off is what of it is not softmax - 1.
		rounded := ConvertDType(e, dtype)
		ownRounded := InsertAxes(float(Gather(rounded, place)), -1)
		rest := OneMinus(Div(Exp(Sub(own, maximum)), s)) // 1 - softmax
		share := Div(w, s)
		y := ConvertDType(Mul(float(x), share), dtype)
		ownWeight := float(Gather(weight, label)) // [m, hidden]
		dx := Mul(w, Sub(
			Div(product(rounded, []int{1}, nil, weight, []int{0}, nil, dtypes.Float32), s),
			Mul(Add(Div(ownRounded, s), rest), ownWeight)))
		atLabel := Add(Mul(ownRounded, float(y)), Mul(Mul(rest, w), float(x)))
		biasAtLabel := Add(Mul(ownRounded, share), Mul(rest, w))
		dWeight := product(rounded, []int{0}, nil, y, []int{0}, nil, dtypes.Float32)
		dBias := product(share, []int{0}, nil, float(rounded), []int{0}, nil, dtypes.Float32)
		return []*Node{dx, atLabel, biasAtLabel},
			[]*Node{ReduceAndKeep(Mul(w, loss), ReduceSum, 0), ReduceAndKeep(Mul(w, hit), ReduceSum, 0), dWeight, dBias}
	})
	dx, atLabel, biasAtLabel, dWeight, dBias := out[0], out[1], out[2], out[5], out[6]
	scalar := func(x *Node) *Node { return Reshape(x) }
	dWeight = ScatterSum(dWeight, labels, Neg(atLabel), false, false)
	inputs, gradients := []*Node{d.X, d.Weight}, []*Node{dx, dWeight}
	if d.Bias != nil {
		dBias = ScatterSum(Reshape(dBias, vocab), labels, Neg(Squeeze(biasAtLabel, 1)), false, false)
		inputs, gradients = append(inputs, d.Bias), append(gradients, dBias)
	}
	sum = model.WithKnownGradients(scalar(out[3]), inputs, gradients)
	return sum, ReduceAllSum(weights), scalar(out[4])
}
