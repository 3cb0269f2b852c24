package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/daulet/tokenizers"
)

// fast is a tokenizer that the tokenizers library runs. The library splits
// texts into pieces; templates, pairs and truncation are done here, because
// its Go binding has neither.
type fast struct {
	*vocabulary
	library  *tokenizers.Tokenizer
	missing  string // why the library may fail on a text, "" where it cannot
	template template
	roles    Special
	left     bool // truncation takes the beginning away
	files    map[string][]byte
}

func newFast(files map[string][]byte, how form, top object, c *companions) (*fast, error) {
	if err := checkPipeline(top); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	var tokens []numbered
	var err error
	file := top
	if how == asBERT {
		file, err = bertFile(files, top, c)
	} else {
		tokens, err = fileTokens(top)
	}
	if err != nil {
		return nil, err
	}
	t := &fast{files: files, left: c.left}
	if t.vocabulary, err = parseVocabulary(file.values["model"]); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	t.missing = missingUnknown(file, t.ids)
	added, err := t.number(tokens, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	t.roles = c.special(t.ID, added.byID)
	if how == asBERT {
		t.template, err = bertTemplate(c, t.roles)
	} else if t.template, err = parseTemplate(top.values["post_processor"]); err != nil {
		err = fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	if err != nil {
		return nil, err
	}
	return t, t.load(file, added, c.split)
}

// number gives the added tokens their ids: those of tokenizer.json first, then
// those of the files beside it.
func (t *fast) number(tokens []numbered, c *companions) (*addedVocabulary, error) {
	added := newAddedVocabulary(maps.Clone(t.ids))
	var own []addedToken
	for _, token := range tokens {
		own = append(own, token.addedToken)
	}
	added.add(own)
	held := map[string]bool{}
	for _, token := range added.byID {
		held[token.Content] = true
	}
	added.add(c.toAdd(held))
	if err := added.check(); err != nil {
		return nil, err
	}
	return added, added.number(t.vocabulary)
}

// load hands the tokenizer over to the library, without its post-processor,
// truncation and padding: transformers sets the latter two anew at each call.
func (t *fast) load(file object, added *addedVocabulary, split bool) error {
	for _, key := range []string{"truncation", "padding", "post_processor"} {
		file.set(key, json.RawMessage("null"))
	}
	if len(added.normalized) > 0 {
		library, err := open(file, added.list(true))
		if err != nil {
			return err
		}
		t.normalizeAdded(library, added)
		_ = library.Close()
	}
	var options []tokenizers.TokenizerOption
	if split {
		options = append(options, tokenizers.WithEncodeSpecialTokens())
	}
	library, err := open(file, added.list(false), options...)
	if err != nil {
		return err
	}
	t.library = library
	runtime.AddCleanup(t, func(l *tokenizers.Tokenizer) { _ = l.Close() }, library)
	return nil
}

func open(file object, added []numbered, options ...tokenizers.TokenizerOption) (*tokenizers.Tokenizer, error) {
	tokens, err := json.Marshal(added)
	if err != nil {
		return nil, err
	}
	file.set("added_tokens", tokens)
	data, err := json.Marshal(file.values)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	library, err := tokenizers.FromBytes(data, options...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	return library, nil
}

// normalizeAdded gives added tokens that were ever normalized the form that
// transformers shows: what the normalizer makes of them.
func (t *fast) normalizeAdded(library *tokenizers.Tokenizer, added *addedVocabulary) {
	for id := range added.normalized {
		content := added.byID[id].Content
		if strings.Contains(content, "\x00") {
			continue
		}
		e, err := library.EncodeWithOptionsErr(content, false, tokenizers.WithReturnTokens())
		if err == nil && len(e.IDs) == 1 && int32(e.IDs[0]) == id {
			t.pieces[id] = e.Tokens[0]
		}
	}
}

func (t *fast) Special() Special { return t.roles }

func (t *fast) Files() map[string][]byte { return maps.Clone(t.files) }

func (t *fast) Encode(text string, special bool, maxLength int) (Encoding, error) {
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

func (t *fast) EncodePair(a, b string, maxLength int) (Encoding, error) {
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
	n, m := longestFirst(len(first.IDs), len(second.IDs), room)
	return fill(t.template.pair, cut(first, n, t.left), cut(second, m, t.left)), nil
}

// roomFor is how many tokens of text fit into a template.
func roomFor(parts []part, maxLength int) (int, error) {
	if maxLength == 0 {
		return int(^uint(0) >> 1), nil
	}
	if maxLength < specials(parts) {
		return 0, fmt.Errorf("a maximum length of %d leaves no room for %d special tokens", maxLength, specials(parts))
	}
	return maxLength - specials(parts), nil
}

var errNotUTF8 = errors.New("the text is not valid UTF-8")

// split encodes a text without special tokens around it.
func (t *fast) split(text string) (Encoding, error) {
	if !utf8.ValidString(text) {
		return Encoding{}, errNotUTF8
	}
	if text == "" {
		return Encoding{Offsets: [][2]int{}}, nil
	}
	standIn, hidden := t.hideNUL(text)
	found, err := t.library.EncodeWithOptionsErr(hidden, false, tokenizers.WithReturnOffsets())
	if err != nil {
		return Encoding{}, t.reason(text, err)
	}
	e := Encoding{IDs: make([]int32, len(found.IDs)), Offsets: make([][2]int, len(found.IDs))}
	for i, id := range found.IDs {
		e.IDs[i] = int32(id)
		e.Offsets[i] = [2]int{int(found.Offsets[i][0]), int(found.Offsets[i][1])}
	}
	return standIn.reveal(e, hidden), nil
}

func (t *fast) Decode(ids []int32) string {
	unsigned := make([]uint32, len(ids))
	for i, id := range ids {
		unsigned[i] = uint32(id)
	}
	if nul, ok := t.ids["<0x00>"]; ok && slices.Contains(ids, nul) {
		return t.decodeNUL(unsigned, uint32(nul))
	}
	return t.library.Decode(unsigned, false)
}
