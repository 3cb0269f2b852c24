package pppl

import (
	"context"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/result"
)

// WikipediaNote is the note in the provenance of every result that is measured
// on the project's own documents.
const WikipediaNote = "Documents: validation articles of data/corpus (Wikipedia's and a few long works of 1870 to 1945) stand in for the paper's sample of Wikipedia."

// sizes holds the documents a bin and positions a document for runs of small
// presets; all other models take the paper's.
var sizes = map[string]struct{ perBin, positions int }{"tiny": {10, 20}, "small": {50, 50}}

// Suited returns the paper's options, for checkpoints of a run in the paper's
// proportions: bins from the length of the first stage to that of the last
// (1,024 and 8,192 in the paper), and fewer documents for small presets.
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
		o.Bins, o.MaxLength = doublingBins(shortest, max(longest, 4*shortest))
	}
	return o, nil
}

// doublingBins returns bins whose upper ends double from first to last tokens.
// Truncated texts have last tokens, so the last bin ends one token below.
func doublingBins(first, last int) (bins []result.LengthBin, maxLength int) {
	above := 0
	for to := first; to < last; to *= 2 {
		bins = append(bins, result.LengthBin{Above: above, To: to})
		above = to
	}
	return append(bins, result.LengthBin{Above: above, To: last - 1}), last
}

// Journal returns the path of a journal in a folder that belongs to these
// models, files and options alone, and makes the folder.
func (o Options) Journal(ctx context.Context, folder string, list []models.Model, files ...string) (string, error) {
	h, err := o.header(ctx, list, files)
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, digest(h)+".partial"), os.MkdirAll(folder, 0o777)
}
