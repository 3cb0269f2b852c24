package pretrain

import (
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/train"
)

// Fixed is one optimizer batch to be computed again and again, cut into
// micro-batches as a run cuts its own: what a measurement of speed needs.
type Fixed struct {
	source source
	batch  *batch
}

// Fix makes one of documents whose tokens are masked already. labels are -100
// where nothing is to be guessed. Of the settings MaxLength, MicroTokens,
// Lengths and MaskRate count.
func Fix(s Settings, pad int32, ids, labels [][]int32) *Fixed {
	s.LossAverage = "tokens"
	f := &Fixed{batch: &batch{ids: ids, labels: labels}}
	f.source = source{settings: s, planner: s.planner(1), layout: layout{pad: pad, rate: s.MaskRate, multiple: 1}}
	lengths := make([]int, len(ids))
	for i, row := range ids {
		lengths[i] = len(row)
	}
	f.batch.parts = f.source.plan(lengths)
	return f
}

// MicroBatches makes the tensors of one step: [train.Step.Do] frees them.
func (f *Fixed) MicroBatches() []train.MicroBatch {
	f.batch.micro = nil
	f.source.fill(f.batch)
	return f.batch.micro
}

// Tokens are the attended tokens, Masked those that are guessed, Padding the
// share of computed positions that hold no token.
func (f *Fixed) Tokens() int      { return f.batch.tokens() }
func (f *Fixed) Masked() int      { return f.batch.masked() }
func (f *Fixed) Padding() float64 { return f.batch.padding() }

// Loss is the masked-language-model loss of the micro-batches that a run and a
// [Fixed] make.
func Loss(arch model.Architecture, opt model.Options) train.Loss { return loss(arch, opt) }

// Optimizer is what the settings say of it.
func (s Settings) Optimizer() train.AdamW {
	return train.AdamW{Beta1: s.AdamBeta1, Beta2: s.AdamBeta2, Eps: s.AdamEpsilon, WeightDecay: s.WeightDecay, Clip: s.Clip}
}
