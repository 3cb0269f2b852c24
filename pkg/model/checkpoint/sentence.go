package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/bert"
)

// AddSentenceTransformers adds to a tokenizer's files what makes a bare body's
// directory a sentence-transformers model: the last hidden states, their mean
// over the attention mask (special tokens included), compared by cosine. Texts
// are truncated at max_position_embeddings or at the tokenizer's
// model_max_length, whichever is less.
//
// The files have the form of sentence-transformers 2 to 5, which version 6
// reads too.
func AddSentenceTransformers(files map[string][]byte, arch model.Architecture, prompts Prompts) error {
	if prompts.ByName == nil {
		prompts.ByName = map[string]string{}
	}
	d := arch.Dimensions()
	length, err := maxLength(files["tokenizer_config.json"], d.MaxLength)
	if err != nil {
		return err
	}
	transformer := map[string]any{"max_seq_length": length, "do_lower_case": false}
	if b, ok := arch.(*bert.Config); ok && b.NoPooler {
		transformer["model_args"] = map[string]any{"add_pooling_layer": false} // else transformers draws one
	}
	for name, content := range map[string]any{
		"modules.json": []map[string]any{
			{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
			{"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
		},
		"sentence_bert_config.json": transformer,
		"1_Pooling/config.json": map[string]any{
			"word_embedding_dimension": d.Hidden, "pooling_mode_mean_tokens": true,
			"pooling_mode_cls_token": false, "pooling_mode_max_tokens": false, "pooling_mode_mean_sqrt_len_tokens": false,
			"pooling_mode_weightedmean_tokens": false, "pooling_mode_lasttoken": false, "include_prompt": true,
		},
		promptsFile: map[string]any{
			"__version__": map[string]string{}, "prompts": prompts.ByName, "default_prompt_name": prompts.Default,
			"similarity_fn_name": "cosine", "model_type": "SentenceTransformer",
		},
	} {
		data, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return err
		}
		files[name] = append(data, '\n')
	}
	return nil
}

// Prompts are what sentence-transformers puts before texts.
type Prompts struct {
	ByName  map[string]string `json:"prompts"`             // encode_query takes "query", encode_document "document", "passage" or "corpus"
	Default *string           `json:"default_prompt_name"` // what encode takes; nil is none
}

const promptsFile = "config_sentence_transformers.json"

// ReadPrompts reads those of a model's directory, which may have none.
func ReadPrompts(dir string) (Prompts, error) {
	p := Prompts{ByName: map[string]string{}}
	path := filepath.Join(dir, promptsFile)
	data, err := input.InsideFile(dir, promptsFile, input.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if err := input.Decode(data, &p); err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	if p.ByName == nil {
		p.ByName = map[string]string{}
	}
	if p.Default != nil {
		if _, ok := p.ByName[*p.Default]; !ok {
			return p, fmt.Errorf("%s: default_prompt_name is %q, and prompts has none of that name", path, *p.Default)
		}
	}
	return p, nil
}

// maxLength is the lesser of the model's length and the tokenizer's.
func maxLength(tokenizerConfig []byte, model int) (int, error) {
	if tokenizerConfig == nil {
		return model, nil
	}
	var config struct {
		Length *float64 `json:"model_max_length"` // "none" is 1e30
	}
	if err := input.Decode(tokenizerConfig, &config); err != nil {
		return 0, fmt.Errorf("tokenizer_config.json: %w", err)
	}
	if config.Length == nil || *config.Length >= float64(model) {
		return model, nil
	}
	if *config.Length < 1 {
		return 0, fmt.Errorf("tokenizer_config.json: field %q: %g is no length", "model_max_length", *config.Length)
	}
	return int(*config.Length), nil
}
