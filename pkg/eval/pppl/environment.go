package pppl

import (
	"context"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// WikipediaNote is said wherever the project's own documents are used.
const WikipediaNote = "Documents: validation articles of data/corpus (Wikipedia's and a few long works of 1870 to 1945) stand in for the paper's sample of Wikipedia."

// Source are the files of documents that MODERNBERT_DOCUMENTS names (or
// globs, separated by commas), else the project's validation articles, with a
// note that says so.
func Source() (files, notes []string, err error) {
	if files := models.Refs("MODERNBERT_DOCUMENTS"); len(files) > 0 {
		return files, nil, nil
	}
	own, err := project.Path("data", "corpus", "valid.jsonl.gz")
	return []string{own}, []string{WikipediaNote}, err
}

// sizes are how many documents a bin and positions a document suit the runs of
// small presets; all other models take the paper's.
var sizes = map[string]struct{ perBin, positions int }{"tiny": {10, 20}, "small": {50, 50}}

// Suited are the paper's options, for checkpoints of a run in its proportions:
// bins from the length of its first stage to that of its last, as the paper's
// 1,024 and 8,192 are, and for the small presets fewer documents.
// MODERNBERT_BINS, MODERNBERT_PER_BIN and MODERNBERT_POSITIONS replace each.
func Suited(list []models.Model) (Options, error) {
	o := Paper()
	shortest, longest := 0, 0
	for _, m := range list {
		run, err := m.Run()
		if err != nil {
			return o, err
		}
		if run.MaxLength == 0 {
			continue
		}
		if shortest == 0 || run.MaxLength < shortest {
			shortest = run.MaxLength
		}
		longest = max(longest, run.MaxLength)
		if size, ok := sizes[run.Preset]; ok {
			o.PerBin, o.Positions = size.perBin, size.positions
		}
	}
	if shortest > 0 {
		o.Bins, o.MaxLength = between(shortest, max(longest, 4*shortest))
	}
	var err error
	if bins := os.Getenv("MODERNBERT_BINS"); bins != "" {
		if o.Bins, err = ParseBins(bins); err != nil {
			return o, err
		}
		o.MaxLength = o.Bins[len(o.Bins)-1].To + 1
	}
	if o.PerBin, err = models.Number("MODERNBERT_PER_BIN", o.PerBin); err != nil {
		return o, err
	}
	o.Positions, err = models.Number("MODERNBERT_POSITIONS", o.Positions)
	return o, err
}

// between are bins that double from the first to the last length, which is
// that of truncated texts and in none.
func between(first, last int) (bins []result.LengthBin, maxLength int) {
	above := 0
	for to := first; to < last; to *= 2 {
		bins = append(bins, result.LengthBin{Above: above, To: to})
		above = to
	}
	return append(bins, result.LengthBin{Above: above, To: last - 1}), last
}

// Renew runs the experiment with the models that the environment names, of a
// run's checkpoints the last of each stage (see models.Renew, Source, Suited),
// and keeps its result in dir. Finished documents are kept in a journal below
// the project's .local, so that an interrupted call goes on.
func Renew(ctx context.Context, dir string, progress func(done, total int)) (*result.PseudoPerplexity, error) {
	return models.Renew(dir, func(list []models.Model) (*result.PseudoPerplexity, error) {
		list = models.Finals(list)
		o, err := Suited(list)
		if err != nil {
			return nil, err
		}
		o.Progress = progress
		files, notes, err := Source()
		if err != nil {
			return nil, err
		}
		journal, err := o.journal(ctx, list, files)
		if err != nil {
			return nil, err
		}
		r, err := Experiment(ctx, list, o, journal, files...)
		if err != nil {
			return nil, err
		}
		r.Provenance.AddNotes(notes...)
		return r, nil
	})
}

// journal is a path that only the same work has.
func (o Options) journal(ctx context.Context, list []models.Model, files []string) (string, error) {
	h, err := o.header(ctx, list, files)
	if err != nil {
		return "", err
	}
	folder, err := project.Path(".local", "pppl")
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, digest(h)+".partial"), os.MkdirAll(folder, 0o777)
}
