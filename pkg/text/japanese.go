package text

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/text/mecab"
)

// japanese is transformers' BertJapaneseTokenizer: NFKC, words by MeCab,
// pieces by WordPiece or by character.
type japanese struct {
	common                      // whose vocabulary has added tokens before the pieces of vocab.txt
	base      *vocabulary       // vocab.txt alone, which words are cut by
	words     *mecab.Dictionary // nil: a text is one word
	subwords  func(ids []int32, word string, unknown int32) []int32
	normalize bool
	lower     bool
	keepCase  map[string]bool      // words that are not lowercased
	whole     splitter             // tokens that are cut out before anything else
	added     map[string]int32     // the ids of added tokens
	flags     map[int32]addedToken // the added token of an id: two may have claimed it
	split     bool                 // texts are cut where added tokens stand, too
}

func newJapanese(files map[string][]byte, c *companions) (*japanese, error) {
	t := &japanese{common: common{files: files, left: c.left, divide: longestFirstSlow}, normalize: true, split: c.split, keepCase: map[string]bool{}, added: map[string]int32{}, flags: map[int32]addedToken{}}
	t.encode = t.encodeText
	var err error
	if t.base, err = readVocabulary(files[vocabFile]); err != nil {
		return nil, fmt.Errorf("%s: %w", vocabFile, err)
	}
	if err := t.number(c); err != nil {
		return nil, err
	}
	t.roles = c.special(t.ID, t.flags)
	for _, role := range []string{"unk_token", "cls_token", "sep_token"} {
		if c.content(role) == "" {
			return nil, fmt.Errorf("%s: %s is null or empty, BertJapaneseTokenizer needs one", configFile, role)
		}
	}
	var never []string
	for key, to := range map[string]any{"do_lower_case": &t.lower, "never_split": &never} {
		if err := c.config.read(key, to); err != nil {
			return nil, fmt.Errorf("%s: %w", configFile, err)
		}
	}
	for _, m := range c.specials() {
		t.keepCase[m.Content] = true
	}
	for _, word := range never {
		t.keepCase[word] = true
	}
	t.template = around(t.roles.CLS, t.roles.SEP, nil, 1)
	if err := t.chooseWords(c.config); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	if err := t.chooseSubwords(c.config); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	return t, nil
}

// encodeText encodes a text without the template's special tokens.
func (t *japanese) encodeText(text string) (Encoding, error) {
	if t.split {
		return Encoding{IDs: t.cut(nil, text)}, nil
	}
	var parts []string
	for part := range t.whole.split(text) {
		parts = append(parts, part)
	}
	for i := range parts {
		t.applyFlags(parts, i)
	}
	var ids []int32
	for _, part := range parts {
		if id, ok := t.added[part]; ok {
			ids = append(ids, id)
		} else if part != "" {
			ids = t.cut(ids, part)
		}
	}
	return Encoding{IDs: ids}, nil
}

// cut appends the pieces of a text without added tokens.
func (t *japanese) cut(ids []int32, text string) []int32 {
	first := len(ids)
	if t.words == nil {
		ids = t.subwords(ids, text, t.roles.Unknown)
	} else {
		if t.normalize {
			text = nfkc(text)
		}
		for _, w := range t.words.Words(text) {
			word := text[w.Start:w.End]
			if t.lower && !t.keepCase[word] {
				word = lowercase(word)
			}
			ids = t.subwords(ids, word, t.roles.Unknown)
		}
	}
	for i, id := range ids[first:] { // a piece that is an added token, too, has that token's id
		if own, ok := t.added[t.base.Token(id)]; ok && id != t.roles.Unknown {
			ids[first+i] = own
		}
	}
	return ids
}

func (t *japanese) wholeWord(ids []int32, word string, unknown int32) []int32 {
	id, ok := t.ids[word]
	if !ok {
		id = unknown
	}
	return append(ids, id)
}

func (t *japanese) Decode(ids []int32) string {
	tokens := make([]string, len(ids))
	for i, id := range ids {
		tokens[i] = t.Token(id)
		if id < 0 || int(id) >= len(t.pieces) {
			tokens[i] = t.Token(t.roles.Unknown)
		}
	}
	return strings.TrimFunc(strings.ReplaceAll(strings.Join(tokens, " "), " ##", ""), isSpace)
}

// readVocabulary reads vocab.txt: one piece a line, numbered from 0.
func readVocabulary(data []byte) (*vocabulary, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is not valid UTF-8")
	}
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	v := &vocabulary{ids: map[string]int32{}}
	for i, piece := range slices.Collect(strings.Lines(lines)) {
		if err := v.set(int32(i), strings.TrimSuffix(piece, "\n")); err != nil {
			return nil, err
		}
	}
	if len(v.pieces) == 0 {
		return nil, errors.New("it is empty")
	}
	return v, nil
}
