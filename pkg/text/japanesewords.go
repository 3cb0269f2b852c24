package text

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/text/mecab"
)

// chooseWords reads how texts are cut into words.
func (t *japanese) chooseWords(config object) error {
	cut, kind := true, "basic"
	if err := config.read("do_word_tokenize", &cut); err != nil {
		return err
	}
	if !cut {
		t.normalize, t.lower = false, false
		return nil
	}
	if err := config.read("word_tokenizer_type", &kind); err != nil {
		return err
	}
	if kind != "mecab" {
		return fmt.Errorf("word_tokenizer_type %q is not supported, mecab is", kind)
	}
	if !config.null("mecab_kwargs") {
		settings, err := parseObject(config.values["mecab_kwargs"])
		if err != nil {
			return fmt.Errorf("mecab_kwargs: %w", err)
		}
		if err := t.readMeCab(settings); err != nil {
			return fmt.Errorf("mecab_kwargs: %w", err)
		}
	}
	var err error
	t.words, err = mecab.Load()
	return err
}

// readMeCab reads mecab_kwargs.
func (t *japanese) readMeCab(settings object) error {
	if d := settings.values["mecab_dic"]; settings.has("mecab_dic") && string(d) != `"unidic_lite"` {
		return fmt.Errorf("mecab_dic %s is not supported, unidic_lite is", d)
	}
	var option string
	if err := settings.read("mecab_option", &option); err != nil {
		return err
	}
	if option != "" {
		return fmt.Errorf("mecab_option %q is not supported, none is", option)
	}
	return settings.read("normalize_text", &t.normalize)
}

// chooseSubwords reads how words are cut into pieces.
func (t *japanese) chooseSubwords(config object) error {
	cut, kind := true, "wordpiece"
	if err := config.read("do_subword_tokenize", &cut); err != nil {
		return err
	}
	if err := config.read("subword_tokenizer_type", &kind); err != nil {
		return err
	}
	switch {
	case !cut:
		t.subwords = t.wholeWord
	case kind == "wordpiece":
		t.subwords = t.base.wordPiece
	case kind == "character":
		t.subwords = func(ids []int32, word string, unknown int32) []int32 {
			return t.base.characters(ids, nfkc(word), unknown)
		}
	default:
		return fmt.Errorf("subword_tokenizer_type %q is not supported, wordpiece and character are", kind)
	}
	return nil
}
