package pretrain

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/ranks"
	"llmjp.internal/modernbert/pkg/train"
)

// evalSeed is the seed of the validation masks, the same in every run, so that
// the runs' curves can be compared.
const evalSeed = 42

// A validation is the masked validation text. Its masks never change.
type validation struct {
	batch  batch
	layout layout
	exec   *graph.Exec
	ranks  *ranks.Group
}

// newValidation masks the first documents of a text, or so many of its windows
// drawn from all of them; 0 takes all.
func newValidation(b compute.Backend, arch model.Architecture, params []model.Param, opt model.Options, rows corpus.Rows, documents int, l *loader) (*validation, error) {
	if documents == 0 || documents > rows.Len() {
		documents = rows.Len()
	}
	chosen := func(i int) int { return i }
	if _, ok := rows.(*corpus.Windows); ok {
		chosen = corpus.NewOrder(rows.Len(), evalSeed, 0).At
	}
	v := &validation{layout: l.layout}
	v.layout.multiple = 1
	m := l.masker
	m.seed = evalSeed
	lengths := make([]int, documents)
	for i := range documents {
		ids, err := rows.Row(chosen(i), l.settings.MaxLength)
		if err != nil {
			return nil, err
		}
		v.batch.labels = append(v.batch.labels, m.mask(ids, validationMasks, 0, i))
		v.batch.ids = append(v.batch.ids, ids)
		lengths[i] = len(ids)
	}
	if v.batch.masked() == 0 {
		return nil, fmt.Errorf("the validation text has no token to mask: %d documents", documents)
	}
	v.batch.parts = l.settings.planner(1, 1).Plan(lengths) // the same on any number of ranks and devices
	var err error
	v.exec, err = scorer(b, arch, params, opt)
	return v, err
}

// scorer compiles a graph that computes, for a micro-batch, the sum of the losses
// and the number of right predictions: [2].
func scorer(b compute.Backend, arch model.Architecture, params []model.Param, opt model.Options) (*graph.Exec, error) {
	n := len(params)
	exec, err := graph.NewExec(b, func(args []*graph.Node) *graph.Node {
		sum, correct := lossValue(arch, opt)(model.Bind(params, args[:n]), args[n:])
		return graph.Stack([]*graph.Node{sum, correct}, 0)
	})
	if err != nil {
		return nil, err
	}
	return exec.WithName("validation").SetMaxCache(-1), nil
}

// score returns the mean loss of the masked tokens in nats, and the share of
// them that the model predicts right. Both are means over tokens; the authors' are
// means over micro-batches. The ranks compute the parts in turn; their sums are
// added in the order of the parts, so that the result is the same, bit for bit,
// on any number of ranks.
func (v *validation) score(ctx context.Context, weights []*tensors.Tensor) (loss, accuracy float64, err error) {
	parts := v.batch.parts
	sums := make([]float32, 2*len(parts))
	for first := 0; first < len(parts); first += v.ranks.Size() {
		stop, err := v.ranks.Any(ctx.Err() != nil)
		if err != nil {
			return 0, 0, err
		}
		if stop {
			return 0, 0, context.Canceled
		}
		i := first + v.ranks.Rank()
		if i >= len(parts) {
			continue
		}
		own, err := v.run(weights, parts[i])
		if err != nil {
			return 0, 0, err
		}
		copy(sums[2*i:], own)
	}
	if err := v.ranks.Sum(sums); err != nil { // all but one of the terms are 0
		return 0, 0, err
	}
	for i := range parts {
		loss += float64(sums[2*i])
		accuracy += float64(sums[2*i+1])
	}
	masked := float64(v.batch.masked())
	return loss / masked, accuracy / masked, nil
}

func (v *validation) run(weights []*tensors.Tensor, part train.Part) ([]float32, error) {
	args := make([]any, 0, len(weights)+inputCount)
	for _, w := range weights {
		args = append(args, w)
	}
	inputs := v.layout.inputs(v.batch.ids, v.batch.labels, part, v.batch.partMasked(part))
	for _, t := range inputs {
		args = append(args, t)
	}
	outputs, err := v.exec.Call(args...)
	for _, t := range inputs {
		_ = t.FinalizeAll() // nothing is lost if it is free already
	}
	if err != nil {
		return nil, fmt.Errorf("validation: %w", err)
	}
	defer outputs[0].FinalizeAll()
	return tensors.CopyFlatData[float32](outputs[0])
}
