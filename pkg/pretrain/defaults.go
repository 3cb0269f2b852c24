package pretrain

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/provenance"
	"llmjp.internal/modernbert/pkg/result"
)

// texts returns the project's own training texts for a preset, and its
// validation text. Small trains on tiny's text, too, and on more.
func texts(preset string) (train []string, valid string, err error) {
	small := []string{"chat", "news-and-blog", "prose", "software", "white-papers", "wikipedia"}
	if preset != "small" {
		small = nil
	}
	first, err := project.Path("data", "corpus", "train.jsonl.gz")
	if err != nil {
		return nil, "", err
	}
	train, valid = []string{first}, filepath.Join(filepath.Dir(first), "valid.jsonl.gz")
	for _, name := range small {
		train = append(train, filepath.Join(filepath.Dir(first), "small", name+".jsonl.gz"))
		valid = filepath.Join(filepath.Dir(first), "small", "valid.jsonl.gz")
	}
	return train, valid, nil
}

// WithDefaults returns the options with the project's own texts (data/corpus),
// tokenizer and cache where none are named. It adds the texts, and what they
// stand in for, to the result's provenance.
func (o Options) WithDefaults() (Options, error) {
	if o.Cache == "" {
		cache, err := project.Path(".local", "corpus")
		if err != nil {
			cache = filepath.Join(o.Output, "corpus") // outside the project
		}
		o.Cache = cache
	}
	if o.Init == "" && o.Tokenizer == "" {
		tokenizer, err := project.Path("data", "tokenizer")
		if err != nil {
			return o, err
		}
		o.Tokenizer = tokenizer
	}
	train, valid, err := texts(o.Settings.Preset)
	own := len(o.Data) == 0 && o.Corpus == ""
	if err != nil && own {
		return o, err
	}
	if o.Corpus != "" {
		c, err := corpus.Open(o.Corpus)
		if err != nil {
			return o, fmt.Errorf("--corpus: %w", err)
		}
		defer c.Close()
		o.Inputs = append(slices.Clone(o.Inputs), result.Data{Name: filepath.Base(o.Corpus), Digest: c.Digest()})
	} else if len(o.Data) == 0 {
		o.Data = train
		o.Notes = append(slices.Clone(o.Notes), "Text: data/corpus (see data/README.md) stands in for llm-jp-corpus v4.")
	}
	if o.Valid == nil && err == nil {
		o.Valid = []string{valid}
	}
	files := append(slices.Clone(o.Data), o.Valid...)
	if len(files) == 0 {
		return o, nil
	}
	inputs, err := provenance.Inputs(files...)
	if own && errors.Is(err, fs.ErrNotExist) {
		return o, fmt.Errorf("the text of preset %s is not whole (%w): git checkout data/corpus brings it back, or name your own with --data and --valid", o.Settings.Preset, err)
	}
	o.Inputs = append(slices.Clone(o.Inputs), inputs...)
	return o, err
}
