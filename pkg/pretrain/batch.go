package pretrain

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
	"llmjp.internal/modernbert/pkg/train"
)

// A batch is an optimizer batch on the host: documents after masking, and their
// labels, in the order in which they were drawn.
type batch struct {
	step   int
	ids    [][]int32
	labels [][]int32
	parts  []train.Part
	micro  []train.MicroBatch

	compiling float64 // seconds spent compiling its graphs
}

// tokens returns the number of attended tokens, special ones included.
func (b *batch) tokens() int {
	n := 0
	for _, row := range b.ids {
		n += len(row)
	}
	return n
}

// masked returns the number of tokens that have a label.
func (b *batch) masked() int { return countMasked(b.labels...) }

// padding returns the share of computed positions that hold no token.
func (b *batch) padding() float64 {
	positions := 0
	for _, part := range b.parts {
		positions += part.Positions()
	}
	return 1 - float64(b.tokens())/float64(positions)
}

// partMasked returns the number of a part's tokens that have a label.
func (b *batch) partMasked(part train.Part) int {
	n := 0
	for _, row := range part.Rows {
		n += countMasked(b.labels[row])
	}
	return n
}

func countMasked(labels ...[]int32) int {
	n := 0
	for _, row := range labels {
		for _, label := range row {
			if label != ignored {
				n++
			}
		}
	}
	return n
}

// A layout makes the tensors of micro-batches.
type layout struct {
	pad      int32
	rate     float64 // share of tokens that are masked
	multiple int     // the number of masked positions is a multiple of it
}

// capacity returns how many masked positions are computed for a part: the least
// value of a grid that holds them. The grid has the mean of a full part plus
// 1.5 standard deviations, which 93 % of full parts fit in, and steps of an
// eighth of the mean from there up and down. Each value compiles a graph, so
// the steps of small parts are half the mean.
func (l layout) capacity(positions, masked int) int {
	mean := float64(positions) * l.rate
	usual := int(math.Ceil(mean + 1.5*math.Sqrt(mean*(1-l.rate))))
	share := 8.0
	if positions < 1024 {
		share = 2
	}
	step := max(1, int(mean/share))
	room := usual + int(math.Ceil(float64(masked-usual)/float64(step)))*step
	unit := 8 * max(1, l.multiple)
	return (min(max(room, 1), positions) + unit - 1) / unit * unit
}

// inputs returns the loss's inputs for one part: ids [rows, length] and lengths
// [rows]; then, for the masked positions, their places in the flattened ids
// [masked, 1], their labels [masked] and their weights [masked]. Unused places
// have weight 0. Unused rows attend to one padding token. masked is the number
// of masked positions to make room for, at least the part's.
func (l layout) inputs(ids, labels [][]int32, part train.Part, masked int) []*tensors.Tensor {
	flat := part.Pad(l.pad, func(row int) []int32 { return ids[row] })
	lengths := part.Lengths(func(row int) int { return len(ids[row]) })
	m := l.capacity(part.Positions(), masked)
	places, targets, weights := make([]int32, 0, m), make([]int32, 0, m), make([]float32, 0, m)
	for i, row := range part.Rows {
		for j, label := range labels[row] {
			if label != ignored {
				places = append(places, int32(i*part.Length+j))
				targets = append(targets, label)
				weights = append(weights, 1)
			}
		}
	}
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(flat, part.Height, part.Length),
		tensors.FromFlatDataAndDimensions(lengths, part.Height),
		tensors.FromFlatDataAndDimensions(places[:m], m, 1),
		tensors.FromFlatDataAndDimensions(targets[:m], m),
		tensors.FromFlatDataAndDimensions(weights[:m], m),
	}
}

// inputCount is the number of the loss's inputs. Several devices split each of
// them.
const inputCount = 5

// loss returns the masked-language-model loss of a micro-batch of
// layout.inputs: the sum of the masked tokens' cross-entropies in nats, and how
// many of them the model predicts right. It computes the head at the masked
// positions only. lossValue returns the same for a graph without a gradient.
func loss(arch model.Architecture, opt model.Options) train.Loss {
	return lossBy(nn.MaskedLMLoss, arch, opt)
}

func lossValue(arch model.Architecture, opt model.Options) train.Loss {
	return lossBy(nn.MaskedLMLossValue, arch, opt)
}

func lossBy(compare func(d model.Decoder, labels, weights *graph.Node) (sum, count, correct *graph.Node), arch model.Architecture, opt model.Options) train.Loss {
	return func(w model.Weights, in []*graph.Node) (sum, extra *graph.Node) {
		layers := arch.Hidden(w, model.Inputs{IDs: in[0], Lengths: in[1]}, opt)
		last := layers[len(layers)-1]
		width := last.Shape().Dim(-1)
		chosen := graph.Gather(graph.Reshape(last, -1, width), in[2])
		sum, _, correct := compare(arch.MaskedLM(w, chosen, opt), in[3], in[4])
		return sum, correct
	}
}
