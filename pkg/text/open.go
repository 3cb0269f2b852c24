package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/project"
)

// The files of a tokenizer in a model's directory.
const (
	tokenizerFile = "tokenizer.json"
	configFile    = "tokenizer_config.json"
	specialFile   = "special_tokens_map.json"
	addedFile     = "added_tokens.json"
	vocabFile     = "vocab.txt"
	modelFile     = "config.json" // the model's, of which model_type and tokenizer_class are read

	// SentencePiece models, which are converted and not read.
	sentencePieceFile = "tokenizer.model"
	spieceFile        = "spiece.model"
)

// Open reads the tokenizer of a model's directory: tokenizer.json (or
// tokenizer.json.gz), or a WordPiece vocab.txt, and the files beside it. It
// equals transformers' AutoTokenizer.from_pretrained.
func Open(dir string) (Tokenizer, error) {
	found, err := project.Find(dir)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	files, err := readFiles(found)
	if err != nil {
		return nil, err
	}
	t, err := New(files)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", dir, err)
	}
	return t, nil
}

// New makes a tokenizer from its files by name, as [Tokenizer.Files] gives
// them, and the model's config.json where there is one.
func New(files map[string][]byte) (Tokenizer, error) {
	config := object{values: map[string]json.RawMessage{}}
	var top object
	for name, to := range map[string]*object{configFile: &config, tokenizerFile: &top} {
		if data, ok := files[name]; ok {
			var err error
			if *to, err = parseObject(data); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	how, err := chooseClass(files, config)
	if err != nil {
		return nil, err
	}
	_, fast := files[tokenizerFile]
	_, vocab := files[vocabFile]
	if !fast && (!vocab || how == asFile) {
		return nil, errNoVocabulary(files, vocab)
	}
	c, err := readCompanions(files, how, config, top)
	if err != nil {
		return nil, err
	}
	own := maps.Clone(files)
	for _, name := range []string{modelFile, sentencePieceFile, spieceFile} {
		delete(own, name)
	}
	if how == asJapanese {
		return newJapanese(own, c)
	}
	return newFast(own, how, top, c)
}

func readFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{tokenizerFile, configFile, specialFile, addedFile, vocabFile, modelFile} {
		data, err := input.InsideFile(dir, name, input.TokenizerLimit)
		if name == tokenizerFile && errors.Is(err, fs.ErrNotExist) {
			data, err = readGzip(dir, name+".gz")
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("tokenizer: %w", err)
		}
		files[name] = data
	}
	for _, name := range []string{sentencePieceFile, spieceFile} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			files[name] = []byte(path) // for the error that tells how to convert it
		}
	}
	return files, nil
}

func readGzip(dir, name string) ([]byte, error) {
	path, err := input.Inside(dir, name)
	if err != nil {
		return nil, err
	}
	return input.Gzip(path, input.TokenizerLimit)
}
