package text

import (
	"fmt"
	"slices"
	"strings"
)

// form tells how transformers' AutoTokenizer builds a tokenizer.
type form int

const (
	asFile     form = iota // TokenizersBackend, alias PreTrainedTokenizerFast: tokenizer.json stands
	asBERT                 // BertTokenizer: a vocabulary, and flags of tokenizer_config.json
	asJapanese             // BertJapaneseTokenizer: vocab.txt, MeCab and WordPiece
)

// The names of tokenizer_class, without "Fast" at their ends, of each class.
var (
	fileNames     = []string{"PreTrainedTokenizer", "TokenizersBackend"}
	bertNames     = []string{"BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"}
	japaneseNames = []string{"BertJapaneseTokenizer"}
)

// chooseClass finds the class by config.json and tokenizer_config.json, which
// may both be absent. Classes that transformers builds in other ways are refused.
func chooseClass(files map[string][]byte, config object) (form, error) {
	var model object
	if data, ok := files[modelFile]; ok {
		var err error
		if model, err = parseObject(data); err != nil {
			return 0, fmt.Errorf("%s: %w", modelFile, err)
		}
	}
	var modelType, name string
	if err := model.read("model_type", &modelType); err != nil {
		return 0, fmt.Errorf("%s: %w", modelFile, err)
	}
	source := configFile
	if err := config.read("tokenizer_class", &name); err != nil {
		return 0, fmt.Errorf("%s: %w", configFile, err)
	}
	if name == "" {
		source = modelFile
		if err := model.read("tokenizer_class", &name); err != nil {
			return 0, fmt.Errorf("%s: %w", modelFile, err)
		}
	}
	_, vocab := files[vocabFile]
	_, fast := files[tokenizerFile]
	short := strings.TrimSuffix(name, "Fast")
	switch {
	case slices.Contains(japaneseNames, short) && vocab && (modelType != "modernbert" || !fast):
		return asJapanese, nil
	case modelType == "modernbert" || slices.Contains(fileNames, short):
		return asFile, nil
	case slices.Contains(bertNames, short):
		return asBERT, nil
	case name == "" && config.has("word_tokenizer_type"):
		return 0, fmt.Errorf(`%s: word_tokenizer_type without a tokenizer_class: add "tokenizer_class": "BertJapaneseTokenizer"`, configFile)
	case name == "" && modelType == "bert":
		return asBERT, nil
	case name == "" && modelType == "":
		return asFile, nil
	case name == "":
		return 0, fmt.Errorf(`%s: the tokenizer_class is missing, and model_type %q has its own: add "tokenizer_class": "PreTrainedTokenizerFast" if %s is to stand as it is`, configFile, modelType, tokenizerFile)
	}
	return 0, fmt.Errorf("%s: tokenizer_class %q is not supported; %s, BertTokenizer and BertJapaneseTokenizer are", source, name, "PreTrainedTokenizerFast")
}
