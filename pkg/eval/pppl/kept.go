package pppl

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/result"
)

// kept are the documents that are finished, in memory and in the journal.
type kept struct {
	*durable.Journal
	scores map[key]Score
}

// key is a model by its number and a document by its index.
type key struct{ model, document int }

// journalRow is a line of the journal.
type journalRow struct {
	Model    int   `json:"m"`
	Document int   `json:"i"`
	Score    Score `json:"score"`
}

// header says what a journal's rows were computed of and how.
type header struct {
	Version   int                `json:"pppl"`
	Positions int                `json:"positions"`
	Seed      uint64             `json:"seed"`
	MaxLength int                `json:"max_length"`
	PerBin    int                `json:"per_bin"`
	Bins      []result.LengthBin `json:"bins"`
	Same      bool               `json:"same"`
	Compute   string             `json:"compute"`
	Models    []string           `json:"models"`
	Inputs    []string           `json:"inputs"`
}

// header says what is computed of these models and files.
func (o Options) header(ctx context.Context, list []models.Model, inputs []string) (header, error) {
	h := header{1, o.Positions, o.Seed, o.MaxLength, o.PerBin, o.Bins, o.Same, o.Encoder.Compute, nil, nil}
	files, err := corpus.Expand(inputs...)
	if err != nil {
		return h, err
	}
	if h.Inputs, err = prints(files); err != nil {
		return h, err
	}
	for _, m := range list {
		dir, err := hub.Resolve(ctx, m.Ref)
		if err != nil {
			return h, err
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return h, err
		}
		var files []string
		for _, entry := range entries {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
		all, err := prints(files)
		if err != nil {
			return h, err
		}
		h.Models = append(h.Models, digest(dir, all))
	}
	return h, nil
}

// digest returns a short name that only the same values have.
func digest(values ...any) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, values...)))[:16]
}

func openKept(ctx context.Context, path string, list []models.Model, o Options, inputs []string) (*kept, error) {
	h, err := o.header(ctx, list, inputs)
	if err != nil {
		return nil, err
	}
	journal, err := durable.OpenJournal(path, h)
	if errors.Is(err, durable.ErrOtherWork) {
		return nil, fmt.Errorf("%w (another model, input or other settings); remove it to begin anew, or choose another --output", err)
	}
	if err != nil {
		return nil, err
	}
	k := &kept{journal, map[key]Score{}}
	for i, line := range journal.Rows() {
		var row journalRow
		if err := input.Decode(line, &row); err != nil {
			return nil, errors.Join(fmt.Errorf("%s:%d: %w", path, i+2, err), journal.Close())
		}
		k.scores[key{row.Model, row.Document}] = row.Score
	}
	return k, nil
}

// prints tell files from others by name, size and time: digests of all weights
// of all checkpoints would take longer than to begin.
func prints(files []string) ([]string, error) {
	var all []string
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprintf("%s %d %d", filepath.Base(file), info.Size(), info.ModTime().UnixNano()))
	}
	return all, nil
}

// add keeps finished documents of a model.
func (k *kept) add(model int, docs []Document, scores []Score) error {
	rows := make([]any, len(docs))
	for i, d := range docs {
		rows[i] = journalRow{model, d.Index, scores[i]}
		k.scores[key{model, d.Index}] = scores[i]
	}
	return k.Append(rows...)
}
