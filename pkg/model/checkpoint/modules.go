package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// The files of a sentence-transformers model beside the transformer's.
const (
	ModulesFile  = "modules.json"
	SentenceFile = "sentence_bert_config.json"
	PromptsFile  = "config_sentence_transformers.json"
	moduleConfig = "config.json"
)

// Sentence is what a sentence-transformers directory says beyond its
// transformer. A directory without modules.json has the mean of the hidden
// states and nothing behind it, as that library takes it.
type Sentence struct {
	Pooling    string   // "mean", "cls" or "max"
	Dense      []*Dense // applied in order; nil is a division by the length (Normalize)
	MaxLength  int      // tokens that texts are cut to; 0 is the model's own limit
	Similarity string   // "cosine" or "dot"
	Prompts             // without modules.json only export keeps them
	Modular    bool     // there is a modules.json
}

// Unit reports whether the embeddings have length one, so that dot products
// are cosines.
func (s *Sentence) Unit() bool { return len(s.Dense) > 0 && s.Dense[len(s.Dense)-1] == nil }

// Module is an entry of modules.json.
type Module struct {
	Path string `json:"path"`
	Type string `json:"type"`
}

// Kind returns the last part of the module's type, which names its class in
// every version of the library.
func (m Module) Kind() string { return m.Type[strings.LastIndexByte(m.Type, '.')+1:] }

// ParseModules reads modules.json. A path that leaves the folder is an error.
func ParseModules(data []byte) ([]Module, error) {
	var modules []Module
	if err := input.Decode(data, &modules); err != nil {
		return nil, err
	}
	for i, m := range modules {
		if m.Path != "" && (path.Clean(m.Path) != m.Path || path.IsAbs(m.Path) || m.Path == ".." || strings.HasPrefix(m.Path, "../") || strings.ContainsAny(m.Path, "\\\x00%?#")) {
			return nil, fmt.Errorf("module %d: %q is not a folder of the model", i, m.Path)
		}
	}
	return modules, nil
}

// ReadSentence reads modules.json and what it names. What this program does
// not compute is refused by its name.
func ReadSentence(dir string) (*Sentence, error) {
	s := &Sentence{Pooling: "mean", Similarity: "cosine"}
	var err error
	if s.Prompts, s.Similarity, err = readPrompts(dir); err != nil {
		return nil, err
	}
	file := path.Join(dir, ModulesFile)
	data, err := input.InsideFile(dir, ModulesFile, input.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		s.Similarity = "cosine"
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	s.Modular = true
	modules, err := ParseModules(data)
	if err == nil {
		err = s.read(dir, modules)
	}
	if err == nil && s.Similarity != "cosine" && s.Similarity != "dot" {
		err = fmt.Errorf("%s: field %q: %q is not supported (only cosine and dot)", PromptsFile, "similarity_fn_name", s.Similarity)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; --plain takes cosines of the hidden states' mean instead", file, err)
	}
	return s, nil
}

// read follows the modules: a transformer, a pooling, then any of Dense and
// Normalize.
func (s *Sentence) read(dir string, modules []Module) error {
	for i, m := range modules {
		var err error
		switch kind := m.Kind(); {
		case i == 0 && kind == "Transformer" && m.Path == "":
			err = s.readTransformer(dir)
		case i == 0:
			err = fmt.Errorf("a %s in the folder %q: a Transformer in the model's own folder is needed first", kind, m.Path)
		case i == 1 && kind == "Pooling":
			err = s.readPooling(dir, m.Path)
		case i > 1 && kind == "Dense":
			var d *Dense
			d, err = readDense(dir, m.Path)
			s.Dense = append(s.Dense, d)
		case i > 1 && kind == "Normalize":
			s.Dense = append(s.Dense, nil)
		default:
			err = fmt.Errorf("%s at this place is not supported (only Transformer, Pooling, then Dense and Normalize)", kind)
		}
		if err != nil {
			return fmt.Errorf("module %d: %w", i, err)
		}
	}
	if len(modules) < 2 {
		return errors.New("a Transformer and a Pooling are needed")
	}
	return nil
}

// readTransformer reads the settings of the Transformer module.
func (s *Sentence) readTransformer(dir string) error {
	var config struct {
		Length *int    `json:"max_seq_length"`
		Lower  bool    `json:"do_lower_case"`
		Task   *string `json:"transformer_task"`
	}
	err := decodeInside(dir, SentenceFile, &config)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case config.Lower:
		return fmt.Errorf("%s: field %q: true is not supported", SentenceFile, "do_lower_case")
	case config.Task != nil && *config.Task != "feature-extraction":
		return fmt.Errorf("%s: field %q: %q is not supported", SentenceFile, "transformer_task", *config.Task)
	case config.Length != nil && *config.Length < 1:
		return fmt.Errorf("%s: field %q: %d is no length", SentenceFile, "max_seq_length", *config.Length)
	case config.Length != nil:
		s.MaxLength = *config.Length
	}
	return nil
}

// readPooling reads both forms: one switch a mode (versions 2 to 5), or
// pooling_mode (since 5.3).
func (s *Sentence) readPooling(dir, folder string) error {
	var config struct {
		Mode     json.RawMessage `json:"pooling_mode"`
		CLS      bool            `json:"pooling_mode_cls_token"`
		Max      bool            `json:"pooling_mode_max_tokens"`
		Mean     *bool           `json:"pooling_mode_mean_tokens"`
		Root     bool            `json:"pooling_mode_mean_sqrt_len_tokens"`
		Weighted bool            `json:"pooling_mode_weightedmean_tokens"`
		Last     bool            `json:"pooling_mode_lasttoken"`
		Prompt   *bool           `json:"include_prompt"`
	}
	name := path.Join(folder, moduleConfig)
	if err := decodeInside(dir, name, &config); err != nil {
		return err
	}
	var modes []string
	if one := ""; len(config.Mode) > 0 && input.Decode(config.Mode, &one) == nil {
		modes = []string{one}
	} else if len(config.Mode) > 0 {
		if err := input.Decode(config.Mode, &modes); err != nil {
			return fmt.Errorf("%s: field %q is neither a mode nor a list of them", name, "pooling_mode")
		}
	} else {
		for _, m := range []struct {
			on   bool
			name string
		}{{config.CLS, "cls"}, {config.Max, "max"}, {config.Mean != nil && *config.Mean, "mean"}, {config.Root, "mean_sqrt_len_tokens"}, {config.Weighted, "weightedmean"}, {config.Last, "lasttoken"}} {
			if m.on {
				modes = append(modes, m.name)
			}
		}
		if modes == nil {
			modes = []string{"mean"}
		}
	}
	if len(modes) != 1 || !slices.Contains([]string{"mean", "cls", "max"}, modes[0]) {
		return fmt.Errorf("%s: pooling %s is not supported (only mean, cls or max)", name, strings.Join(modes, " and "))
	}
	s.Pooling = modes[0]
	if config.Prompt != nil && !*config.Prompt && s.prompted() {
		return fmt.Errorf("%s: field %q: false is not supported with prompts", name, "include_prompt")
	}
	return nil
}

// decodeInside reads a JSON file of the model's folder.
func decodeInside(dir, name string, to any) error {
	data, err := input.InsideFile(dir, name, input.ConfigLimit)
	if err != nil {
		return err
	}
	if err := input.Decode(data, to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
