package pretrain

import (
	"fmt"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/text"
)

// Masked shows how a step of training would mask a text that is the row of its
// batch with the given number: the pieces that the model sees, those that it
// has to guess as **seen** (original), in Markdown.
func (s Settings) Masked(tok text.Tokenizer, content string, step, row int) (string, error) {
	encoded, err := tok.Encode(content, true, s.MaxLength)
	if err != nil {
		return "", err
	}
	m := masker{rate: s.MaskRate, token: tok.Special().Mask, vocab: tok.VocabSize(), seed: s.Seed}
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

// String says in a line or two what a session did and how fast.
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

// Outcome says what a session came to, which is the same whenever the run is
// made again; "" where nothing was validated.
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
