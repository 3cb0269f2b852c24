package pretrain

import (
	"fmt"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/model"
)

// Validate returns an error that names the first setting that is impossible or
// contradicts another.
func (s Settings) Validate() error {
	for _, at := range []struct {
		key   string
		value int
		least int
	}{
		{"total_steps", s.TotalSteps, 1}, {"warmup_steps", s.WarmupSteps, 0}, {"batch_size", s.BatchSize, 1},
		{"max_length", s.MaxLength, 3}, {"micro_rows", s.MicroRows, 1}, {"micro_tokens", s.MicroTokens, 1}, {"watchdog_seconds", s.WatchdogSeconds, 1},
		{"checkpoint_every", s.CheckpointEvery, 0}, {"rolling_every", s.RollingEvery, 0}, {"eval_every", s.EvalEvery, 0},
		{"eval_documents", s.EvalDocuments, 0}, {"retrieval_every", s.RetrievalEvery, 0}, {"retrieval_pairs", s.RetrievalPairs, 0},
	} {
		if at.value < at.least {
			return fmt.Errorf("%s=%d: it is at least %d", at.key, at.value, at.least)
		}
	}
	for _, at := range []struct {
		key         string
		value       float64
		least, most float64
	}{
		{"lr", s.LR, 0, math.MaxFloat32}, {"mask_rate", s.MaskRate, 0, 1}, {"weight_decay", s.WeightDecay, 0, 1e3}, {"clip", s.Clip, 0, 1e30},
		{"adam_beta1", s.AdamBeta1, 0, 1}, {"adam_beta2", s.AdamBeta2, 0, 1}, {"adam_epsilon", s.AdamEpsilon, 0, 1},
	} {
		if !(at.value >= at.least && at.value <= at.most) {
			return fmt.Errorf("%s=%g: it is from %g to %g", at.key, at.value, at.least, at.most)
		}
	}
	if _, err := model.ParseCompute(s.Compute); err != nil {
		return err
	}
	return s.contradictions()
}

func (s Settings) contradictions() error {
	switch {
	case s.MaskRate == 0:
		return fmt.Errorf("mask_rate=0: nothing would be learnt")
	case s.AdamBeta1 == 1 || s.AdamBeta2 == 1:
		return fmt.Errorf("adam_beta1=%g, adam_beta2=%g: both are below 1", s.AdamBeta1, s.AdamBeta2)
	case s.LossAverage != "tokens" && s.LossAverage != "micro":
		return fmt.Errorf("loss_average=%s: it is tokens or micro", s.LossAverage)
	case s.Wire != "float32" && s.Wire != "bfloat16":
		return fmt.Errorf("wire=%s: it is float32 or bfloat16", s.Wire)
	case s.Rows != "documents" && s.Rows != "windows":
		return fmt.Errorf("rows=%s: it is documents or windows", s.Rows)
	case !slices.IsSorted(s.Lengths) || len(s.Lengths) > 0 && s.Lengths[0] < 1:
		return fmt.Errorf("lengths=%s: they ascend from 1 or more", s.Lengths)
	case slices.ContainsFunc(s.CheckpointSteps, func(n int) bool { return n < 0 }):
		return fmt.Errorf("checkpoint_steps=%s: a step is at least 0", s.CheckpointSteps)
	}
	return nil
}
