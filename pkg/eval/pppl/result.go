package pppl

import (
	"context"
	"fmt"
	"time"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/result"
)

// Result converts the scores of Measure to the result that Figure 2 is drawn
// from. It leaves out texts without a token.
func Result(ctx context.Context, all []Scores, o Options, began time.Time, inputs ...string) (*result.PseudoPerplexity, error) {
	r := &result.PseudoPerplexity{Positions: o.Positions, Bins: o.Bins, Wanted: o.PerBin}
	if len(r.Bins) == 0 {
		r.Bins = result.PaperBins()
	}
	var list []models.Model
	notes := []string{computedIn(o.Encoder.Compute)}
	for _, s := range all {
		list = append(list, s.Model)
		scores := result.ModelScores{Checkpoint: s.Model.Checkpoint}
		for i, score := range s.Scores {
			if score.PPPL != nil {
				scores.Documents = append(scores.Documents, result.DocumentScore{ID: s.Documents[i].Text.ID, Length: score.Length, PPPL: *score.PPPL})
			}
		}
		r.Models = append(r.Models, scores)
		for _, note := range s.Notes {
			if len(all) > 1 && !o.Same {
				note = s.Model.Label() + ": " + note
			}
			notes = append(notes, note)
		}
	}
	var err error
	if r.Provenance, err = models.Provenance(ctx, list, o.Seed, began, inputs...); err != nil {
		return nil, err
	}
	r.Provenance.Notes = append(r.Provenance.Notes, notes...)
	return r, r.Validate()
}

func computedIn(compute string) string {
	if compute == "" {
		compute = "float32"
	}
	return fmt.Sprintf("losses computed in %s (the paper: bfloat16)", compute)
}

// Experiment makes Figure 2 and Appendix A: Measure, then Result.
func Experiment(ctx context.Context, list []models.Model, o Options, journal string, inputs ...string) (*result.PseudoPerplexity, error) {
	began := time.Now()
	all, finish, err := Measure(ctx, list, o, journal, inputs...)
	if err != nil {
		return nil, err
	}
	r, err := Result(ctx, all, o, began, inputs...)
	if err != nil {
		return nil, err
	}
	return r, finish()
}
