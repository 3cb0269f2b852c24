package fillmask

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

// Options choose what is asked of the models.
type Options struct {
	TopK        int    // guesses for each mask; 0 is 1
	Placeholder string // stands for the mask; "" is [Placeholder]
	// Unbroken masks as pretraining does: the text around a mask is cut into
	// tokens as one, where a mask token, as the authors write it, begins a new
	// word behind it. For vocabularies that fall back to bytes.
	Unbroken bool
	Encoder  encoder.Options
}

// Answers are one model's guesses: for each sentence, for each of its masks.
type Answers struct {
	Model models.Model
	Masks [][][]Guess
	// Decoded are the guesses for the first mask of each sentence, decoded.
	Decoded [][]result.Guess
	// Tokens is, for each sentence, in how few tokens this vocabulary writes
	// one of the expected answers; 0 where none is expected.
	Tokens []int
}

// Ask puts the sentences to one model after another.
func Ask(ctx context.Context, list []models.Model, sentences []Sentence, o Options) ([]Answers, error) {
	texts := make([]string, len(sentences))
	for i, s := range sentences {
		texts[i] = s.Text
	}
	var all []Answers
	err := models.Each(ctx, list, model.MaskedLM, o.Encoder, func(m models.Model, e *encoder.Encoder) error {
		masks, err := Fill(ctx, e, texts, o)
		if err != nil {
			var bad *BadText
			if errors.As(err, &bad) && sentences[bad.Index].Where != "" {
				return fmt.Errorf("%s: the text %s", sentences[bad.Index].Where, bad.Reason)
			}
			return err
		}
		for i := range masks {
			if len(all) > 0 && len(masks[i]) != len(all[0].Masks[i]) {
				return fmt.Errorf("text %d has %d masks for this model and %d for %s: their mask tokens differ; write %s instead", i+1, len(masks[i]), len(all[0].Masks[i]), all[0].Model.Label(), cmp.Or(o.Placeholder, Placeholder))
			}
		}
		a := Answers{Model: m, Masks: masks}
		if err := a.decode(e, sentences); err != nil {
			return err
		}
		all = append(all, a)
		return nil
	})
	return all, err
}

// decode fills in what a reader wants to see of the answers.
func (a *Answers) decode(e *encoder.Encoder, sentences []Sentence) error {
	tok, err := e.Tokenizer()
	if err != nil {
		return err
	}
	a.Decoded, a.Tokens = make([][]result.Guess, len(sentences)), make([]int, len(sentences))
	for i, s := range sentences {
		for _, g := range a.Masks[i][0] {
			a.Decoded[i] = append(a.Decoded[i], result.Guess{ID: g.ID, Token: g.Shown, Score: g.Score})
		}
		for k, answer := range s.Expected {
			n, err := Tokens(tok, answer)
			if err != nil {
				return fmt.Errorf("answer %q: %w", answer, err)
			}
			if k == 0 || n < a.Tokens[i] {
				a.Tokens[i] = n
			}
		}
	}
	return nil
}

// Experiment makes Table 3: every model's guesses for the first mask of every
// sentence. The provenance names the input files.
func Experiment(ctx context.Context, list []models.Model, sentences []Sentence, o Options, files ...string) (*result.FillMask, error) {
	began := time.Now()
	all, err := Ask(ctx, list, sentences, o)
	if err != nil {
		return nil, err
	}
	return Result(ctx, sentences, all, began, files...)
}

// Result converts the answers of Ask to the result that Table 3 is drawn from.
func Result(ctx context.Context, sentences []Sentence, all []Answers, began time.Time, files ...string) (*result.FillMask, error) {
	r := &result.FillMask{}
	var list []models.Model
	for i, s := range sentences {
		gap := result.Gap{Number: s.Number, Sentence: s.Text, Expected: s.Expected}
		for _, a := range all {
			gap.Answers = append(gap.Answers, a.Decoded[i])
			if len(s.Expected) > 0 {
				gap.Tokens = append(gap.Tokens, a.Tokens[i])
			}
		}
		r.Sentences = append(r.Sentences, gap)
	}
	for _, a := range all {
		r.Models = append(r.Models, a.Model.Checkpoint)
		list = append(list, a.Model)
	}
	var err error
	r.Provenance, err = models.Provenance(ctx, list, 0, began, files...)
	return r, err
}
