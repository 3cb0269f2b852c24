package pretrain

import (
	"fmt"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/train"
)

// nonFiniteDir holds what a run stopped at.
const nonFiniteDir = "nonfinite"

// nonFinite saves the weights before a step whose loss or gradient is not
// finite, and the step's batch, and says so.
func (r *run) nonFinite(b *batch, outcome train.Outcome) error {
	folder := filepath.Join(r.opt.Output, nonFiniteDir)
	err := fmt.Errorf("step %d: the loss is %g and the gradient's norm %g", b.step, outcome.Objective, outcome.GradNorm)
	if saving := r.save(nonFiniteDir); saving != nil {
		return fmt.Errorf("%w; the weights could not be saved: %w", err, saving)
	}
	if saving := dump(folder, b, r.source.layout.pad); saving != nil {
		return fmt.Errorf("%w; the batch could not be saved: %w", err, saving)
	}
	return fmt.Errorf("%w: stopped; the weights before it are in %s and its batch in step-%06d.safetensors beside it (scripts/modernbert logits --model shows what they give); go on with a lower lr and another --output",
		err, filepath.Join(folder, stepName(r.at)), b.step)
}
