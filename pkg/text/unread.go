package text

import (
	"errors"
	"fmt"
)

// errNoVocabulary tells what a directory has in place of a vocabulary that can
// be read, and what to do.
func errNoVocabulary(files map[string][]byte, vocab bool) error {
	for _, name := range []string{sentencePieceFile, spieceFile} {
		if path, ok := files[name]; ok {
			return fmt.Errorf("%s is a SentencePiece model and there is no %s: convert it with scripts/modernbert tokenizer --from %s --output DIR and put the files of DIR beside it (llm-jp-tokenizer; any other by AutoTokenizer.from_pretrained(…).save_pretrained(…) of transformers)", name, tokenizerFile, path)
		}
	}
	if vocab {
		return fmt.Errorf("%s alone needs the tokenizer_class of its tokenizer: put \"tokenizer_class\": \"BertTokenizer\" or \"BertJapaneseTokenizer\" into %s", vocabFile, configFile)
	}
	return errors.New("there is no " + tokenizerFile + " and no " + vocabFile)
}
