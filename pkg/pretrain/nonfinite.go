package pretrain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/ranks"
	"llmjp.internal/modernbert/pkg/run"
	"llmjp.internal/modernbert/pkg/train"
)

// nonFinite saves the weights before a step whose loss or gradient is not
// finite, and the step's batch. The error says how to look at them.
func (s *session) nonFinite(b *batch, outcome train.Outcome) error {
	return s.setAside(b, fmt.Errorf("step %d: the loss is %g and the gradient's norm %g", b.step, outcome.Objective, outcome.GradNorm))
}

// broken does the same for weights that the last update made useless; they
// become no checkpoint.
func (s *session) broken(what string) error {
	b, err := s.loader.draw(max(1, s.at))
	if err != nil {
		return err
	}
	return s.setAside(b, fmt.Errorf("step %d left %s that is not finite", s.at, what))
}

func (s *session) setAside(b *batch, cause error) error {
	if !s.writer() {
		return ranks.ErrElsewhere
	}
	folder := filepath.Join(s.opt.Output, run.NonFinite)
	state, err := s.step.State()
	if err == nil {
		err = s.write(run.NonFinite, state)
	}
	if err != nil {
		return fmt.Errorf("%w; the weights could not be saved: %w", cause, err)
	}
	if err := dump(folder, b, s.loader.layout.pad); err != nil {
		return fmt.Errorf("%w; the batch could not be saved: %w", cause, err)
	}
	lines := filepath.Join(folder, run.StepName(b.step)+".jsonl")
	if err := durable.Bytes(lines, idLines(b.ids)); err != nil {
		return fmt.Errorf("%w; the batch could not be saved: %w", cause, err)
	}
	weights := filepath.Join(folder, run.StepName(s.at))
	return fmt.Errorf("%w: stopped; the weights are in %s, the step's batch with its labels is in %s.safetensors beside it; look at both with scripts/modernbert hidden --model %s --input %s --output hidden.safetensors; go on with a lower lr and another --output",
		cause, weights, run.StepName(b.step), weights, lines)
}

// idLines returns documents as the JSON lines that hidden and logits read.
func idLines(rows [][]int32) []byte {
	var lines bytes.Buffer
	for _, ids := range rows {
		data, _ := json.Marshal(map[string][]int32{"ids": ids}) // numbers only: it cannot fail
		lines.Write(append(data, '\n'))
	}
	return lines.Bytes()
}

// notFinite returns the name of the first weight with a value that is not
// finite, "" if all are finite.
func notFinite(params []model.Param, values model.Values) string {
	for _, p := range params {
		for _, x := range values[p.Name] {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return p.Name
			}
		}
	}
	return ""
}
