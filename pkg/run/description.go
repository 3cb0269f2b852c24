package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/result"
)

// Description is run.json: what a run is. A later version may add fields.
type Description struct {
	result.Provenance
	Stage      int             `json:"stage"`
	TotalSteps int             `json:"total_steps"`
	MaxLength  int             `json:"max_length"` // tokens a document
	Unigram    *result.Unigram `json:"unigram,omitempty"`
	Settings   json.RawMessage `json:"settings,omitempty"` // those of pretrain
	Init       string          `json:"init,omitempty"`     // folder of the model that it started from
	Origin
}

// Origin identifies by digests the corpus, model and weights that a run
// started from. A run resumes only from the same.
type Origin struct {
	Corpus string `json:"corpus_digest"` // of every token and the tokenizer
	Config string `json:"config_digest"` // of the model's config.json
	// Start is the digest of the weights of --init; "" if they were drawn from the seed.
	Start string `json:"start_digest,omitempty"`
}

// Conflict says why a run that starts from o cannot continue one that started
// from old; "" if it can. An o without a corpus is compared by its model alone.
func (o Origin) Conflict(old Origin) string {
	switch {
	case o.Start == "" && old.Start != "":
		return "the run started from a model, name it again with --init"
	case o.Config != old.Config:
		return "the run is of another model, its config.json differs"
	case o.Start != old.Start:
		return "the run started from other weights than --init names"
	case o.Corpus != "" && o.Corpus != old.Corpus:
		return "the run is on another text or with another tokenizer"
	}
	return ""
}

// Read reads the run.json of a run's folder. The error wraps fs.ErrNotExist
// where there is none, and [durable.ErrDamaged] where its bytes have changed.
func Read(dir string) (Description, error) {
	var d Description
	path := filepath.Join(dir, File)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return d, fmt.Errorf("%s is not the folder of a pretraining run, it has no %s: %w", dir, File, fs.ErrNotExist)
	}
	if err != nil {
		return d, err
	}
	if err := durable.Unseal(data, &d); err != nil {
		return d, fmt.Errorf("%s: %w; pretrain with the run's own settings writes it again", path, err)
	}
	return d, nil
}

// Write writes run.json.
func (d Description) Write(dir string) error { return durable.Seal(filepath.Join(dir, File), d) }
