package pretrain

import (
	"context"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/run"
	"llmjp.internal/modernbert/pkg/train"
)

// Fixed is an optimizer batch that a measurement of speed computes again and
// again, cut into micro-batches as a run cuts its own.
type Fixed struct {
	loader loader
	batch  *batch
}

// NewFixed makes a Fixed of documents whose tokens are masked already, one row each.
// labels hold the token to predict, or -100 at other positions. It uses only the
// settings MaxLength, MicroTokens, Lengths and MaskRate.
func NewFixed(s Settings, pad int32, ids, labels [][]int32) *Fixed {
	s.LossAverage = "tokens"
	f := &Fixed{batch: &batch{ids: ids, labels: labels}}
	f.loader = loader{settings: s, planner: s.planner(1, 1), layout: layout{pad: pad, rate: s.MaskRate, multiple: 1}, ranks: 1}
	lengths := make([]int, len(ids))
	for i, row := range ids {
		lengths[i] = len(row)
	}
	f.batch.parts = f.loader.plan(lengths)
	return f
}

// MicroBatches makes the tensors of one step; [train.Step.Do] frees them.
func (f *Fixed) MicroBatches() []train.MicroBatch {
	f.batch.micro = nil
	f.loader.makeTensors(f.batch)
	return f.batch.micro
}

// Tokens returns the number of attended tokens, special ones included.
func (f *Fixed) Tokens() int { return f.batch.tokens() }

// Masked returns the number of tokens that have a label.
func (f *Fixed) Masked() int { return f.batch.masked() }

// Padding returns the share of computed positions that hold no token.
func (f *Fixed) Padding() float64 { return f.batch.padding() }

// Scorer compiles the loss without a gradient. It returns a function of the
// weights, in the order of arch.Params(model.MaskedLM), that computes the mean
// loss of the masked tokens in nats and the share of them predicted right.
func (f *Fixed) Scorer(b compute.Backend, arch model.Architecture, opt model.Options) (func(ctx context.Context, weights []*tensors.Tensor) (loss, accuracy float64, err error), error) {
	exec, err := scorer(b, arch, arch.Params(model.MaskedLM), opt)
	if err != nil {
		return nil, err
	}
	return (&validation{batch: *f.batch, layout: f.loader.layout, exec: exec}).score, nil
}

// Dump writes the batch into a folder as --dump-batches does and returns the
// file's path.
func (f *Fixed) Dump(dir string) (string, error) {
	b := *f.batch
	b.step = 1
	return filepath.Join(dir, run.StepName(1)+".safetensors"), dump(dir, &b, f.loader.layout.pad)
}

// Mask masks documents in place as the first step of a run does and returns
// their labels. token is the mask token, vocab the size of the vocabulary.
func (s Settings) Mask(rows [][]int32, token int32, vocab int) (labels [][]int32) {
	m := masker{rate: s.MaskRate, token: token, vocab: vocab, seed: s.Seed}
	for i, row := range rows {
		labels = append(labels, m.mask(row, trainingMasks, 1, i))
	}
	return labels
}

// Loss returns the masked-language-model loss of the micro-batches that a run
// and a [Fixed] make.
func Loss(arch model.Architecture, opt model.Options) train.Loss { return loss(arch, opt) }

// Optimizer returns AdamW with the settings' hyperparameters.
func (s Settings) Optimizer() train.AdamW {
	return train.AdamW{Beta1: s.AdamBeta1, Beta2: s.AdamBeta2, Eps: s.AdamEpsilon, WeightDecay: s.WeightDecay, Clip: s.Clip}
}
