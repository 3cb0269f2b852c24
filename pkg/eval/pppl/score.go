package pppl

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/text"
)

// Score is one document's line.
type Score struct {
	Model     string          `json:"model,omitempty"` // where there are several
	ID        json.RawMessage `json:"id"`              // the line's own, else its number from 0
	Length    int             `json:"length"`          // tokens, special ones included
	Positions []int           `json:"positions"`       // drawn, 0-based in the encoded text
	Losses    []float64       `json:"losses"`          // nats, one a position
	// PPPL is exp of the mean loss; null where the text has no token.
	PPPL *float64 `json:"pppl"`
}

// groupBatches is how many batches are computed before their documents are
// finished: many would be lost in a crash, few would leave batches half full.
const groupBatches = 16

// work is a document with its drawn positions.
type work struct {
	Document
	positions []int
	distinct  []int // each position once, ascending
}

func (w work) tokens() int { return len(w.distinct) * len(w.IDs) }

// score computes the documents, the longest first, in groups of similar
// length, and gives each group's to done as soon as they are finished.
func (o Options) score(ctx context.Context, e *encoder.Encoder, docs []Document, done func(docs []Document, scores []Score) error) error {
	tok, err := e.Tokenizer()
	if err != nil {
		return err
	}
	mask, err := maskOf(tok)
	if err != nil {
		return err
	}
	all, total := make([]work, len(docs)), 0
	for i, d := range docs {
		w := work{Document: d, positions: Draw(len(d.IDs), o.Positions, o.Seed, d.Index)}
		w.distinct = slices.Clone(w.positions)
		slices.Sort(w.distinct)
		w.distinct = slices.Compact(w.distinct)
		all[i] = w
		total += len(w.distinct)
	}
	slices.SortStableFunc(all, func(a, b work) int { return -cmp.Compare(len(a.IDs), len(b.IDs)) })
	finished := 0
	for len(all) > 0 {
		n, tokens := 0, 0
		for n < len(all) && tokens < groupBatches*e.BatchTokens() {
			tokens += all[n].tokens()
			n++
		}
		e.Options.Progress = func(done, _ int) {
			if o.Progress != nil {
				o.Progress(finished+done, total)
			}
		}
		group, scores, copies, err := scoreGroup(ctx, e, all[:n], mask)
		if err != nil {
			return err
		}
		if err := done(group, scores); err != nil {
			return err
		}
		finished += copies
		all = all[n:]
	}
	return nil
}

func maskOf(tok text.Tokenizer) (int32, error) {
	if mask := tok.Special().Mask; mask >= 0 {
		return mask, nil
	}
	return -1, errors.New("the tokenizer has no mask token: pseudo-perplexity needs a masked language model")
}

// scoreGroup computes one group of documents together.
func scoreGroup(ctx context.Context, e *encoder.Encoder, group []work, mask int32) (docs []Document, scores []Score, copies int, err error) {
	var rows []encoder.Row
	var positions [][]int
	var targets [][]int32
	for _, w := range group {
		for _, at := range w.distinct {
			masked := slices.Clone(w.IDs)
			masked[at] = mask
			rows, positions, targets = append(rows, encoder.Row{IDs: masked}), append(positions, []int{at}), append(targets, []int32{w.IDs[at]})
		}
	}
	losses, err := e.Losses(ctx, rows, positions, targets)
	if err != nil {
		return nil, nil, 0, err
	}
	at := 0
	for _, w := range group {
		s, err := w.score(losses[at : at+len(w.distinct)])
		if err != nil {
			return nil, nil, 0, err
		}
		at += len(w.distinct)
		docs, scores = append(docs, w.Document), append(scores, s)
	}
	return docs, scores, len(rows), nil
}

// score makes the document's line of the losses at its distinct positions.
func (w work) score(losses [][]float64) (Score, error) {
	s := Score{ID: id(w.Text, w.Index), Length: len(w.IDs), Positions: w.positions, Losses: make([]float64, len(w.positions))}
	sum := 0.0
	for i, at := range w.positions {
		k, _ := slices.BinarySearch(w.distinct, at)
		s.Losses[i] = losses[k][0]
		sum += s.Losses[i]
	}
	if len(s.Losses) == 0 {
		return s, nil
	}
	perplexity := math.Exp(sum / float64(len(s.Losses)))
	if math.IsNaN(perplexity) || math.IsInf(perplexity, 0) {
		return s, fmt.Errorf("%s: the loss is not a number or beyond measure (mean %g): the model's weights are damaged or overflow", w.Text.Where(), sum/float64(len(s.Losses)))
	}
	s.PPPL = &perplexity
	return s, nil
}
