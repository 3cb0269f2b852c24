package text

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bertFile builds the tokenizer.json that equals transformers' BertTokenizer:
// the vocabulary of tokenizer.json, else of vocab.txt, and a normalizer by the
// flags of tokenizer_config.json. The normalizer, pre-tokenizer and
// post-processor of tokenizer.json are ignored.
func bertFile(files map[string][]byte, top object, c *companions) (object, error) {
	made := object{values: map[string]json.RawMessage{}}
	vocab, err := bertVocabulary(files, top)
	if err != nil {
		return made, err
	}
	flags := map[string]any{"type": "BertNormalizer", "clean_text": true}
	for _, f := range []struct {
		key, field string
		absent     any
		nullable   bool
	}{
		{"do_lower_case", "lowercase", true, false},
		{"tokenize_chinese_chars", "handle_chinese_chars", true, false},
		{"strip_accents", "strip_accents", nil, true},
	} {
		flags[f.field] = f.absent
		var value *bool
		if err := c.config.read(f.key, &value); err != nil {
			return made, fmt.Errorf("%s: %w", configFile, err)
		}
		switch {
		case value != nil:
			flags[f.field] = *value
		case c.config.has(f.key) && !f.nullable:
			return made, fmt.Errorf("%s: %s is null, it must be true or false", configFile, f.key)
		}
	}
	unknown := "None" // what Python writes for a token that is null
	if c.mentions["unk_token"] != nil {
		unknown = c.content("unk_token")
	}
	for key, value := range map[string]any{
		"version":       "1.0",
		"normalizer":    flags,
		"pre_tokenizer": map[string]any{"type": "BertPreTokenizer"},
		"decoder":       map[string]any{"type": "WordPiece", "prefix": "##", "cleanup": true},
		"model": map[string]any{
			"type": "WordPiece", "unk_token": unknown, "continuing_subword_prefix": "##",
			"max_input_chars_per_word": 100, "vocab": vocab,
		},
	} {
		data, err := json.Marshal(value)
		if err != nil {
			return made, err
		}
		made.set(key, data)
	}
	return made, nil
}

// bertVocabulary reads the pieces of tokenizer.json, of any model, else those
// of vocab.txt.
func bertVocabulary(files map[string][]byte, top object) (map[string]int32, error) {
	if _, ok := files[tokenizerFile]; ok {
		v, err := parseVocabulary(top.values["model"])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
		}
		return v.ids, nil
	}
	data := files[vocabFile]
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: it is not valid UTF-8", vocabFile)
	}
	vocab := map[string]int32{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, max(len(data), 1))
	for id := int32(0); lines.Scan(); id++ {
		vocab[strings.TrimRightFunc(lines.Text(), unicode.IsSpace)] = id
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", vocabFile, err)
	}
	if len(vocab) == 0 {
		return nil, fmt.Errorf("%s: it is empty", vocabFile)
	}
	return vocab, nil
}

// bertTemplate returns the template with cls_token and sep_token. Where one of
// them is null, transformers uses the id 2 or 3.
func bertTemplate(c *companions, s Special) (template, error) {
	cls, sep := s.CLS, s.SEP
	for _, role := range []string{"cls_token", "sep_token"} {
		content := c.content(role)
		if strings.ContainsFunc(content, unicode.IsSpace) || strings.Contains(content, ":") || strings.HasPrefix(content, "$") {
			return plain, fmt.Errorf("%s: %s %q holds a space, a colon or a dollar, which a template cannot hold", configFile, role, content)
		}
		if c.mentions[role] != nil && content == "" {
			return plain, errors.New(configFile + ": " + role + " is empty")
		}
	}
	if c.mentions["cls_token"] == nil {
		cls = 2
	}
	if c.mentions["sep_token"] == nil {
		sep = 3
	}
	return around(cls, sep, nil, 1), nil
}
