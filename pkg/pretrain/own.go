package pretrain

import (
	"path/filepath"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/project"
)

// Own gives the options with what is not given filled in: the project's own
// texts (data/corpus), its tokenizer, and its cache. It names the texts, and
// what they stand in for, in the result's provenance.
func (o Options) Own() (Options, error) {
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
	if len(o.Data) == 0 {
		train, err := project.Path("data", "corpus", "train.jsonl.gz")
		if err != nil {
			return o, err
		}
		o.Data = []string{train}
		o.Notes = append(slices.Clone(o.Notes), "Text: Japanese Wikipedia articles of data/corpus stand in for llm-jp-corpus v4.")
	}
	if o.Valid == nil {
		if valid, err := project.Path("data", "corpus", "valid.jsonl.gz"); err == nil {
			o.Valid = []string{valid}
		}
	}
	inputs, err := models.Inputs(append(slices.Clone(o.Data), o.Valid...)...)
	o.Inputs = append(slices.Clone(o.Inputs), inputs...)
	return o, err
}
