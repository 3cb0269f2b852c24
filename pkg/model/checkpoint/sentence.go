package checkpoint

import (
	"bytes"
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
// directory a sentence-transformers model: the last hidden states, pooled over
// the attention mask (special tokens included), and what s has behind that.
// Texts are truncated at s.MaxLength, or where it is 0 at
// max_position_embeddings or the tokenizer's model_max_length, whichever is
// less.
//
// The files have the form of sentence-transformers 2 to 5, which version 6
// reads too.
func AddSentenceTransformers(files map[string][]byte, arch model.Architecture, s *Sentence) error {
	d := arch.Dimensions()
	length := s.MaxLength
	if length == 0 {
		var err error
		if length, err = maxLength(files["tokenizer_config.json"], d.MaxLength); err != nil {
			return err
		}
	}
	transformer := map[string]any{"max_seq_length": length, "do_lower_case": false}
	if b, ok := arch.(*bert.Config); ok && b.NoPooler {
		transformer["model_args"] = map[string]any{"add_pooling_layer": false} // else transformers draws one
	}
	prompts := s.Prompts.ByName
	if prompts == nil {
		prompts = map[string]string{}
	}
	modules := []map[string]any{
		{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
		{"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
	}
	contents := map[string]any{
		SentenceFile: transformer,
		"1_Pooling/config.json": map[string]any{
			"word_embedding_dimension": d.Hidden, "pooling_mode_mean_tokens": s.Pooling == "mean",
			"pooling_mode_cls_token": s.Pooling == "cls", "pooling_mode_max_tokens": s.Pooling == "max", "pooling_mode_mean_sqrt_len_tokens": false,
			"pooling_mode_weightedmean_tokens": false, "pooling_mode_lasttoken": false, "include_prompt": true,
		},
		PromptsFile: map[string]any{
			"__version__": map[string]string{}, "prompts": prompts, "default_prompt_name": s.Prompts.Default,
			"similarity_fn_name": s.Similarity, "model_type": "SentenceTransformer",
		},
	}
	for k, layer := range s.Dense {
		i := k + 2
		folder, kind := fmt.Sprintf("%d_Normalize", i), "sentence_transformers.models.Normalize"
		if layer != nil {
			folder, kind = fmt.Sprintf("%d_Dense", i), "sentence_transformers.models.Dense"
			contents[folder+"/config.json"] = map[string]any{
				"in_features": layer.In, "out_features": layer.Out, "bias": layer.Bias != nil, "activation_function": layer.Activation,
			}
			weights, err := layer.file()
			if err != nil {
				return err
			}
			files[folder+"/"+WeightsFile] = weights
		} else {
			contents[folder+"/config.json"] = map[string]any{}
		}
		modules = append(modules, map[string]any{"idx": i, "name": fmt.Sprint(i), "path": folder, "type": kind})
	}
	contents[ModulesFile] = modules
	for name, content := range contents {
		data, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return err
		}
		files[name] = append(data, '\n')
	}
	return nil
}

// file returns the layer's weights as a safetensors file.
func (d *Dense) file() ([]byte, error) {
	tensors := []Tensor{{Name: "linear.weight", Shape: []int{d.Out, d.In}, Data: d.Weight}}
	if d.Bias != nil {
		tensors = append(tensors, Tensor{Name: "linear.bias", Shape: []int{d.Out}, Data: d.Bias})
	}
	var out bytes.Buffer
	err := Write(&out, tensors, map[string]string{"format": "pt"})
	return out.Bytes(), err
}

// Prompts are what sentence-transformers puts before texts.
type Prompts struct {
	ByName  map[string]string `json:"prompts"`             // encode_query takes "query", encode_document "document"
	Default *string           `json:"default_prompt_name"` // what encode takes; nil is none
}

// Text returns the prompt of encode.
func (p Prompts) Text() string {
	if p.Default == nil {
		return ""
	}
	return p.ByName[*p.Default]
}

// prompted reports whether any text gets a prompt.
func (p Prompts) prompted() bool {
	return p.Text() != "" || p.ByName["query"] != "" || p.ByName["document"] != ""
}

// readPrompts reads the prompts and the similarity of a model's directory,
// which may say nothing of either.
func readPrompts(dir string) (p Prompts, similarity string, err error) {
	var config struct {
		Prompts
		Similarity *string `json:"similarity_fn_name"`
	}
	path := filepath.Join(dir, PromptsFile)
	data, err := input.InsideFile(dir, PromptsFile, input.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return Prompts{ByName: map[string]string{}}, "cosine", nil
	}
	if err != nil {
		return p, "", err
	}
	if err := input.Decode(data, &config); err != nil {
		return p, "", fmt.Errorf("%s: %w", path, err)
	}
	p, similarity = config.Prompts, "cosine"
	if p.ByName == nil {
		p.ByName = map[string]string{}
	}
	if p.Default != nil {
		if _, ok := p.ByName[*p.Default]; !ok && *p.Default != "query" && *p.Default != "document" {
			return p, "", fmt.Errorf("%s: default_prompt_name is %q, and prompts has none of that name", path, *p.Default)
		}
	}
	if config.Similarity != nil {
		similarity = *config.Similarity
	}
	return p, similarity, nil
}

// maxLength returns the lesser of the model's length and the tokenizer's.
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
