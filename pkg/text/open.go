package text

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"llmjp.internal/modernbert/pkg/input"
)

// The files of a tokenizer in a model's directory.
const (
	tokenizerFile = "tokenizer.json"
	configFile    = "tokenizer_config.json"
	specialFile   = "special_tokens_map.json"
	addedFile     = "added_tokens.json"
	vocabFile     = "vocab.txt"
)

// Open reads the tokenizer of a model's directory: tokenizer.json (or
// tokenizer.json.gz), else a WordPiece vocab.txt, with what
// tokenizer_config.json and special_tokens_map.json say about them. It equals
// transformers' AutoTokenizer.from_pretrained.
func Open(dir string) (Tokenizer, error) {
	files, err := readFiles(dir)
	if err != nil {
		return nil, err
	}
	t, err := New(files)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", dir, err)
	}
	return t, nil
}

// New makes a tokenizer from its files by name, as [Tokenizer.Files] gives them.
func New(files map[string][]byte) (Tokenizer, error) {
	c, err := parseConfig(files)
	if err != nil {
		return nil, err
	}
	_, fast := files[tokenizerFile]
	_, vocab := files[vocabFile]
	switch {
	case vocab && (c.Class == "BertJapaneseTokenizer" || c.Class == "" && c.WordType != ""):
		return newJapanese(files, c)
	case fast:
		return newFast(files, c)
	case vocab:
		return nil, fmt.Errorf("%s with the tokenizer_class %q is not supported, BertJapaneseTokenizer is", vocabFile, c.Class)
	}
	return nil, fmt.Errorf("there is no %s and no %s", tokenizerFile, vocabFile)
}

func readFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{tokenizerFile, configFile, specialFile, addedFile, vocabFile} {
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
	return files, nil
}

func readGzip(dir, name string) ([]byte, error) {
	path, err := input.Inside(dir, name)
	if err != nil {
		return nil, err
	}
	return input.Gzip(path, input.TokenizerLimit)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
