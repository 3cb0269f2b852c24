package pretrain

import (
	"fmt"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// Masked shows in Markdown how a step of training would mask a text in a row of
// its batch: the pieces that the model sees, and those that it has to predict as
// **seen** (original).
func (s Settings) Masked(tok text.Tokenizer, content string, step, row int) (string, error) {
	encoded, err := tok.Encode(content, true, s.MaxLength)
	if err != nil {
		return "", err
	}
	m := newMasker(s, tok)
	labels := m.mask(encoded.IDs, trainingMasks, step, row)
	var pieces []string
	for i, id := range encoded.IDs {
		piece := "`" + tok.Token(id) + "`"
		if labels[i] != ignored {
			piece = fmt.Sprintf("**%s** (%s)", piece, tok.Token(labels[i]))
		}
		pieces = append(pieces, piece)
	}
	return strings.Join(pieces, " "), nil
}

// Rates returns the learning rates of at most points steps, spaced evenly over
// the run, for a figure.
func (s Settings) Rates(points int) (steps, rates []float64) {
	for i := range min(points, s.TotalSteps) {
		k := 1 + i*s.TotalSteps/min(points, s.TotalSteps)
		steps, rates = append(steps, float64(k)), append(rates, s.schedule().At(k))
	}
	return steps, rates
}

// schedule returns the learning-rate schedule.
func (s Settings) schedule() train.Schedule {
	return train.Schedule{Peak: s.LR, Warmup: s.WarmupSteps, Total: s.TotalSteps}
}

// String describes in a line or two what a session did and how fast.
func (s Summary) String() string {
	if s.Steps == 0 {
		return s.Outcome()
	}
	line := fmt.Sprintf("%d steps in %s: %.0f tokens/s, padding %.1f%% of what was computed, waiting for batches %.2f%% of the time",
		s.Steps, (time.Duration(s.Seconds*1000) * time.Millisecond).Round(time.Second), float64(s.Tokens)/s.Seconds, 100*s.Padding, 100*s.Waiting)
	if outcome := s.Outcome(); outcome != "" {
		line += "\n" + outcome
	}
	return line
}

// Outcome describes the result of a session without its times, so that a
// repeated run gives the same text. It returns "" if nothing was validated.
func (s Summary) Outcome() string {
	switch {
	case s.Steps == 0:
		return fmt.Sprintf("nothing to do: the run stands at step %d", s.Step)
	case s.Unigram == nil || s.Evaluation == nil:
		return ""
	}
	relation := "above"
	if s.Evaluation.Loss < s.Unigram.Loss {
		relation = "under"
	}
	return fmt.Sprintf("validation loss %.4f at step %d, %s the floor of the unigram distribution, %.4f",
		s.Evaluation.Loss, s.Evaluation.Step, relation, s.Unigram.Loss)
}
