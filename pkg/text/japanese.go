package text

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/text/mecab"
)

// japanese is transformers' BertJapaneseTokenizer: NFKC, words by MeCab,
// pieces by WordPiece or by character.
type japanese struct {
	*vocabulary
	words     *mecab.Dictionary // nil: a text is one word
	subwords  func(ids []int32, word string, unknown int32) []int32
	normalize bool
	lower     bool
	keepCase  map[string]bool // words that are not lowercased
	whole     splitter        // tokens that are cut out before anything else
	roles     Special
	template  template
	left      bool
	files     map[string][]byte
}

func newJapanese(files map[string][]byte, c config) (*japanese, error) {
	c.roles = c.roles.orElse(roles{Unknown: "[UNK]", SEP: "[SEP]", Pad: "[PAD]", CLS: "[CLS]", Mask: "[MASK]"})
	t := &japanese{
		files: files, normalize: true, lower: c.LowerCase,
		left: c.TruncationSide == "left", keepCase: map[string]bool{},
	}
	var err error
	if t.vocabulary, err = readVocabulary(files[vocabFile]); err != nil {
		return nil, fmt.Errorf("%s: %w", vocabFile, err)
	}
	added := []addedToken{}
	if added, err = t.addTokens(added, c); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	var special []int32
	for _, a := range added {
		t.whole.add(a.Content)
		if a.Special {
			t.keepCase[a.Content] = true
			special = append(special, a.ID)
		}
	}
	for _, word := range c.NeverSplit {
		t.keepCase[word] = true
	}
	t.roles = t.special(c.roles, special)
	t.template = around(t.roles.CLS, t.roles.SEP, nil, 1)
	if err := t.chooseWords(c); err != nil {
		return nil, err
	}
	return t, t.chooseSubwords(c)
}

func (t *japanese) chooseWords(c config) error {
	if c.WordTokenize != nil && !*c.WordTokenize {
		t.normalize, t.lower = false, false
		return nil
	}
	if c.WordType != "mecab" {
		return fmt.Errorf("%s: word_tokenizer_type %q is not supported, mecab is", configFile, c.WordType)
	}
	if d := c.Mecab.Dictionary; d.set && (d.value == nil || *d.value != "unidic_lite") {
		return fmt.Errorf("%s: mecab_kwargs.mecab_dic %s is not supported, unidic_lite is", configFile, d)
	}
	if c.Mecab.Option != nil && *c.Mecab.Option != "" {
		return fmt.Errorf("%s: mecab_kwargs.mecab_option %q is not supported, none is", configFile, *c.Mecab.Option)
	}
	if c.Mecab.Normalize != nil {
		t.normalize = *c.Mecab.Normalize
	}
	var err error
	t.words, err = mecab.Load()
	return err
}

func (t *japanese) chooseSubwords(c config) error {
	switch {
	case c.SubwordTokenize != nil && !*c.SubwordTokenize:
		t.subwords = t.wholeWord
	case c.SubwordType == "wordpiece" || c.SubwordType == "":
		t.subwords = t.wordPiece
	case c.SubwordType == "character":
		t.subwords = func(ids []int32, word string, unknown int32) []int32 {
			return t.characters(ids, nfkc(word), unknown)
		}
	default:
		return fmt.Errorf("%s: subword_tokenizer_type %q is not supported, wordpiece and character are", configFile, c.SubwordType)
	}
	return nil
}

func (t *japanese) Special() Special { return t.roles }

func (t *japanese) Files() map[string][]byte { return maps.Clone(t.files) }

func (t *japanese) Encode(text string, special bool, maxLength int) (Encoding, error) {
	parts := t.template.single
	if !special {
		parts = plain.single
	}
	room, err := roomFor(parts, maxLength)
	if err != nil {
		return Encoding{}, err
	}
	e, err := t.split(text)
	if err != nil {
		return Encoding{}, err
	}
	return fill(parts, cut(e, room, t.left), Encoding{}), nil
}

func (t *japanese) EncodePair(a, b string, maxLength int) (Encoding, error) {
	room, err := roomFor(t.template.pair, maxLength)
	if err != nil {
		return Encoding{}, err
	}
	first, err := t.split(a)
	if err != nil {
		return Encoding{}, err
	}
	second, err := t.split(b)
	if err != nil {
		return Encoding{}, err
	}
	n, m := longestFirstSlow(len(first.IDs), len(second.IDs), room)
	return fill(t.template.pair, cut(first, n, t.left), cut(second, m, t.left)), nil
}

// split encodes a text without special tokens around it.
func (t *japanese) split(text string) (Encoding, error) {
	if !utf8.ValidString(text) {
		return Encoding{}, errNotUTF8
	}
	var ids []int32
	for piece, whole := range t.whole.split(text) {
		if whole {
			ids = append(ids, t.ids[piece])
			continue
		}
		if t.words == nil {
			ids = t.subwords(ids, piece, t.roles.Unknown)
			continue
		}
		if t.normalize {
			piece = nfkc(piece)
		}
		for _, w := range t.words.Words(piece) {
			word := piece[w.Start:w.End]
			if t.lower && !t.keepCase[word] {
				word = lowercase(word)
			}
			ids = t.subwords(ids, word, t.roles.Unknown)
		}
	}
	return Encoding{IDs: ids}, nil
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

// readVocabulary reads vocab.txt: a piece a line, its id the line's number from 0.
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
