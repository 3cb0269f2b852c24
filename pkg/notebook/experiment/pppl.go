package experiment

import (
	"context"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/pppl"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// PseudoPerplexity measures the last checkpoint of each stage of
// MODERNBERT_RUN and the models of MODERNBERT_MODELS on the documents of
// MODERNBERT_DOCUMENTS, and saves Figure 2's result in Data; without a model
// it reads the result there. Finished documents are kept in a journal below
// .local, from which the next call goes on after an interruption. progress is
// told the masked copies of a model that are done.
func PseudoPerplexity(ctx context.Context, progress func(done, total int)) (*result.PseudoPerplexity, error) {
	return renew(func(list []models.Model) (*result.PseudoPerplexity, error) {
		list = models.Finals(list)
		o, err := perplexityOptions(list)
		if err != nil {
			return nil, err
		}
		o.Progress = progress
		files := variable.Documents.List()
		journals, err := project.Path(".local", "pppl")
		if err != nil {
			return nil, err
		}
		journal, err := o.Journal(ctx, journals, list, files...)
		if err != nil {
			return nil, err
		}
		r, err := pppl.Experiment(ctx, list, o, journal, files...)
		if err == nil && variable.Documents.Value() == "" {
			r.Provenance.AddNotes(pppl.WikipediaNote)
		}
		return r, err
	})
}

// perplexityOptions returns the options that suit the models, with those that
// the environment sets.
func perplexityOptions(list []models.Model) (o pppl.Options, err error) {
	if o, err = pppl.Suited(list); err != nil {
		return o, err
	}
	if lengths := variable.Bins.Value(); lengths != "" {
		if o.Bins, err = pppl.ParseBins(lengths); err != nil {
			return o, err
		}
		o.MaxLength = o.Bins[len(o.Bins)-1].To + 1
	}
	if o.PerBin, err = variable.PerBin.Number(1, o.PerBin); err != nil {
		return o, err
	}
	o.Positions, err = variable.Positions.Number(1, o.Positions)
	return o, err
}
