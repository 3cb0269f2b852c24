package pppl

import (
	"context"
	"errors"
	"fmt"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

// What the paper chose.
const (
	PaperPositions = 100
	PaperSeed      = 42
	PaperMaxLength = 8192
	PaperPerBin    = 500
)

// Options choose what is measured.
type Options struct {
	Positions int    // drawn a document
	Seed      uint64 // of the positions and of the documents' order
	MaxLength int    // tokens a text is cut to; 0 is what the model takes
	// PerBin documents are chosen in each of the Bins; 0 takes all documents.
	PerBin int
	Bins   []result.LengthBin
	// Same documents for all models: those that the first one's tokenizer
	// chooses. The paper chose anew for each tokenizer.
	Same bool
	// Encoder is how it is computed; its Progress is not used.
	Encoder encoder.Options
	// Progress is told the masked copies of a model that are done.
	Progress func(done, total int)
	// Report is told in a line what is being done.
	Report func(line string)

	only []int // of the input are scored, where it is not nil
}

// Paper returns the paper's options.
func Paper() Options {
	return Options{Positions: PaperPositions, Seed: PaperSeed, MaxLength: PaperMaxLength, PerBin: PaperPerBin, Bins: result.PaperBins()}
}

// Measure scores the documents of the input with one model after another.
// Those that are finished are kept in a journal at the given path, from which
// the same call goes on after an interruption. Whoever has stored the scores
// calls finish, which removes it.
func Measure(ctx context.Context, list []models.Model, o Options, journal string, inputs ...string) (all []Scores, finish func() error, err error) {
	if o.Report == nil {
		o.Report = func(string) {}
	}
	if o.Positions < 1 || o.PerBin > 0 && len(o.Bins) == 0 {
		return nil, nil, errors.New("at least one position and one bin are needed")
	}
	texts, err := Read(ctx, inputs...)
	if err != nil {
		return nil, nil, err
	}
	kept, err := openKept(ctx, journal, list, o, inputs)
	if err != nil {
		return nil, nil, err
	}
	if n := len(kept.scores); n > 0 {
		o.Report(fmt.Sprintf("%d finished documents are kept from before", n))
	}
	err = models.Each(ctx, list, model.MaskedLM, o.Encoder, func(m models.Model, e *encoder.Encoder) error {
		s, err := o.one(ctx, m, e, texts, kept, len(all))
		if err != nil {
			return err
		}
		if o.Same && len(all) == 0 {
			o.only = s.indices()
		}
		all = append(all, s)
		return nil
	})
	if err != nil && len(kept.scores) == 0 {
		return nil, nil, errors.Join(err, kept.Remove())
	}
	if err != nil {
		return nil, nil, errors.Join(err, kept.Close())
	}
	return all, kept.Remove, nil
}
