package pppl

import (
	"context"
	"fmt"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
)

// Scores are one model's documents in the order of the input.
type Scores struct {
	Model     models.Model
	Documents []Document
	Scores    []Score
	Notes     []string // what was wanted and is not there
}

// one scores one model's documents, those that are not kept from before.
func (o Options) one(ctx context.Context, m models.Model, e *encoder.Encoder, texts []corpus.Text, kept *kept, number int) (Scores, error) {
	s := Scores{Model: m}
	limit, err := e.MaxLength(o.MaxLength)
	if err != nil {
		return s, err
	}
	if limit < shortest {
		return s, fmt.Errorf("texts of %d tokens have none between the special ones, at least %d are needed", limit, shortest)
	}
	if s.Documents, s.Notes, err = o.choose(ctx, e, texts, limit); err != nil {
		return s, err
	}
	s.say(o, limit)
	var rest []Document
	for _, d := range s.Documents {
		if _, ok := kept.scores[key{number, d.Index}]; !ok {
			rest = append(rest, d)
		}
	}
	if err := o.score(ctx, e, rest, func(docs []Document, scores []Score) error { return kept.add(number, docs, scores) }); err != nil {
		return s, err
	}
	for _, d := range s.Documents {
		s.Scores = append(s.Scores, kept.scores[key{number, d.Index}])
	}
	return s, nil
}

// say reports what is being scored and what is wrong with it.
func (s Scores) say(o Options, limit int) {
	cut, empty := 0, 0
	for _, d := range s.Documents {
		if d.Cut {
			cut++
		}
		if len(d.IDs) < shortest {
			empty++
		}
	}
	say := func(format string, args ...any) {
		o.Report(s.Model.Label() + ": " + fmt.Sprintf(format, args...))
	}
	say("%d documents, %d positions each", len(s.Documents), o.Positions)
	for _, note := range s.Notes {
		say("%s", note)
	}
	if cut > 0 {
		say("%d texts are longer than the %d tokens that the model takes or that were asked for: their ends are cut off", cut, limit)
	}
	if empty > 0 {
		say("%d texts are empty: they have no position to mask and no pseudo-perplexity", empty)
	}
}

// indices returns the places of the scored documents in the input.
func (s Scores) indices() []int {
	all := make([]int, len(s.Documents))
	for i, d := range s.Documents {
		all[i] = d.Index
	}
	return all
}
