package finetune

import (
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
	"llmjp.internal/modernbert/pkg/train"
)

// The inputs of a micro-batch, in their order.
const (
	inputIDs     = iota // [rows, length] int32
	inputLengths        // [rows] int32
	inputTypes          // [rows, length] int32
	inputLabels         // [rows] int32 classes, or [rows, 1] float32 scores
	inputWeights        // [rows] float32: 0 for rows that only fill the batch
	inputDropout        // random state, [3] uint64
)

// splitInputs are those that several devices share.
var splitInputs = []int{inputIDs, inputLengths, inputTypes, inputLabels, inputWeights}

// planner returns the planner of a batch's micro-batches. Few micro-batches
// compute more padding; each further one costs another gradient of all
// weights. Heights are multiples of 8, so that few graphs are compiled.
func planner(kind string, config Config) train.Planner {
	p := train.Planner{
		Tokens: 1 << 12, Rows: config.BatchSize, Overhead: 256,
		Multiple: (8 + config.Devices - 1) / config.Devices * config.Devices,
	}
	if kind == "xla:cuda" { // compiling takes longest there, computing least
		p.Tokens, p.Overhead = 1<<16, 1<<12
	}
	return p
}

// batches returns the micro-batches of some training rows. The objective is
// the mean over the rows, however they are split. update is the number of the
// update in the run of that seed; together with the micro-batch's number it
// decides dropout.
func (t *Trainer) batches(rows []int, seed uint64, update int) []train.MicroBatch {
	lengths := make([]int, len(rows))
	for i, row := range rows {
		lengths[i] = len(t.train.rows[row].IDs)
	}
	var batches []train.MicroBatch
	for number, part := range t.planner.Plan(lengths) {
		for i, at := range part.Rows {
			part.Rows[i] = rows[at]
		}
		random := rand.New(rand.NewPCG(seed, uint64(update)<<16|uint64(number)))
		batches = append(batches, train.MicroBatch{
			Inputs: append(t.inputs(part),
				tensors.FromValue([]uint64{random.Uint64(), random.Uint64(), random.Uint64()})),
			Scale: 1 / float64(len(rows)),
		})
	}
	return batches
}

// inputs returns the inputs of a micro-batch of training rows, without the random
// state.
func (t *Trainer) inputs(part train.Part) []*tensors.Tensor {
	rows := t.train.rows
	ids := part.Pad(int32(t.Arch.Dimensions().PadID), func(row int) []int32 { return rows[row].IDs })
	types := part.Pad(0, func(row int) []int32 { return rows[row].TypeIDs })
	lengths := part.Lengths(func(row int) int { return len(rows[row].IDs) })
	labels, weights := make([]float32, part.Height), make([]float32, part.Height)
	for i, row := range part.Rows {
		labels[i], weights[i] = float32(t.train.labels[row]), 1
	}
	return []*tensors.Tensor{
		inputIDs:     tensors.FromFlatDataAndDimensions(ids, part.Height, part.Length),
		inputLengths: tensors.FromFlatDataAndDimensions(lengths, part.Height),
		inputTypes:   tensors.FromFlatDataAndDimensions(types, part.Height, part.Length),
		inputLabels:  t.labels(labels),
		inputWeights: tensors.FromFlatDataAndDimensions(weights, part.Height),
	}
}

func (t *Trainer) labels(labels []float32) *tensors.Tensor {
	if t.Config.Task.Regression() {
		return tensors.FromFlatDataAndDimensions(labels, len(labels), 1)
	}
	classes := make([]int32, len(labels))
	for i, label := range labels {
		classes[i] = int32(label)
	}
	return tensors.FromFlatDataAndDimensions(classes, len(classes))
}

// loss returns the sum of the losses of a micro-batch's rows.
func (t *Trainer) loss(w model.Weights, batch []*graph.Node) (sum, extra *graph.Node) {
	in := model.Inputs{
		IDs: batch[inputIDs], Lengths: batch[inputLengths], TypeIDs: batch[inputTypes],
		Dropout: &model.Dropout{State: batch[inputDropout]},
	}
	hidden := t.Arch.Hidden(w, in, model.Options{})
	scores := t.Arch.Classify(w, hidden[len(hidden)-1], in, model.Options{})
	sum, _ = nn.ClassifierLoss(t.Config.Task.Problem, scores, batch[inputLabels], batch[inputWeights])
	return sum, nil
}
