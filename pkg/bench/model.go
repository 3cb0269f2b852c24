package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/train"
)

// options returns how graphs are built: they keep the activations unless the
// settings ask for activation checkpoints.
func (j Job) options() model.Options {
	return model.Options{Compute: j.Case.Compute, Checkpoint: j.Settings.ActivationCheckpoints}
}

// load reads the model and the batch.
func (j Job) load() (model.Architecture, model.Values, *pretrain.Fixed, error) {
	c, err := checkpoint.Open(j.Model)
	if err != nil {
		return nil, nil, nil, err
	}
	values, err := c.Load(model.MaskedLM)
	if err != nil {
		return nil, nil, nil, err
	}
	ids, labels, err := readBatch(j.Batch)
	if err != nil {
		return nil, nil, nil, err
	}
	return c.Arch, values, pretrain.NewFixed(j.Settings, int32(c.Arch.Dimensions().PadID), ids, labels), nil
}

// training returns the work of a pretraining step on the batch; its value is
// the loss before the update.
func (j Job) training() (*work, error) {
	arch, values, fixed, err := j.load()
	if err != nil {
		return nil, err
	}
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	step, err := train.NewStep(b, arch.Params(model.MaskedLM), pretrain.Loss(arch, j.options()), j.Settings.Optimizer(), 1)
	if err != nil {
		return nil, err
	}
	if err := step.SetState(train.State{Weights: values}); err != nil {
		return nil, err
	}
	return &work{
		units: float64(fixed.Tokens()), padding: fixed.Padding(), close: step.Close,
		step: func(context.Context) (float64, error) {
			outcome, err := step.Do(j.Settings.LR, fixed.MicroBatches())
			if err == nil && !outcome.Finite() {
				err = fmt.Errorf("the loss or its gradient is not finite: %+v", outcome)
			}
			if err != nil {
				return 0, err
			}
			return outcome.Objective, updated(step.Weights())
		},
	}, nil
}

// forward returns the work of computing the batch's loss without a gradient.
func (j Job) forward() (*work, error) {
	arch, values, fixed, err := j.load()
	if err != nil {
		return nil, err
	}
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	weights, err := encoder.Upload(b, arch.Params(model.MaskedLM), values)
	if err != nil {
		return nil, err
	}
	score, err := fixed.Scorer(b, arch, j.options())
	if err != nil {
		return nil, err
	}
	return &work{
		units: float64(fixed.Tokens()), padding: fixed.Padding(), close: func() { finalize(weights) },
		step: func(ctx context.Context) (float64, error) {
			loss, _, err := score(ctx, weights)
			return loss, err
		},
	}, nil
}

// updated waits for the update, which a GPU computes while the program goes
// on.
func updated(weights []*tensors.Tensor) error {
	smallest := slices.MinFunc(weights, func(a, b *tensors.Tensor) int { return a.Shape().Size() - b.Shape().Size() })
	_, err := tensors.CopyFlatData[float32](smallest)
	return err
}

func finalize(ts []*tensors.Tensor) {
	for _, t := range ts {
		_ = t.FinalizeAll() // the process ends soon
	}
}

// readBatch reads the rows, without their padding, from a file that
// [pretrain.Fixed.Dump] wrote.
func readBatch(path string) (ids, labels [][]int32, err error) {
	f, err := checkpoint.OpenFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, ok := f.Info("input_ids")
	if !ok || len(info.Shape) != 2 {
		return nil, nil, fmt.Errorf("%s: input_ids [rows, length] are missing", path)
	}
	length := info.Shape[1]
	columns := map[string][]int64{}
	for _, name := range []string{"input_ids", "attention_mask", "labels"} {
		if columns[name], err = f.Int64s(name); err != nil {
			return nil, nil, err
		}
	}
	for i := range info.Shape[0] {
		var row, label []int32
		for k := i * length; k < (i+1)*length && columns["attention_mask"][k] == 1; k++ {
			row = append(row, int32(columns["input_ids"][k]))
			label = append(label, int32(columns["labels"][k]))
		}
		ids, labels = append(ids, row), append(labels, label)
	}
	return ids, labels, nil
}
