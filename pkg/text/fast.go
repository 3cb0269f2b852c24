package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"unicode/utf8"

	"github.com/daulet/tokenizers"
)

// fast is a tokenizer.json run by the tokenizers library. The library splits
// texts into pieces; templates, pairs and truncation are done here, because
// its Go binding has neither.
type fast struct {
	*vocabulary
	library  *tokenizers.Tokenizer
	template template
	roles    Special
	left     bool // truncation takes away the beginning
	files    map[string][]byte
}

func newFast(files map[string][]byte, c config) (*fast, error) {
	top := map[string]json.RawMessage{}
	if err := json.Unmarshal(files[tokenizerFile], &top); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	t := &fast{files: files, left: c.TruncationSide == "left"}
	var err error
	if t.vocabulary, err = parseVocabulary(top["model"]); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	added := []addedToken{}
	if data := top["added_tokens"]; len(data) > 0 {
		if err := json.Unmarshal(data, &added); err != nil {
			return nil, fmt.Errorf("%s: added_tokens: %w", tokenizerFile, err)
		}
	}
	if added, err = t.addTokens(added, c); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	if t.template, err = parseTemplate(top["post_processor"]); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	var special []int32
	for _, a := range added {
		if a.Special {
			special = append(special, a.ID)
		}
	}
	t.roles = t.special(c.roles, special)

	// transformers sets truncation and padding anew at each call.
	for _, key := range []string{"truncation", "padding", "post_processor"} {
		top[key] = json.RawMessage("null")
	}
	if top["added_tokens"], err = json.Marshal(added); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	data, err := json.Marshal(top)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	if t.library, err = tokenizers.FromBytes(data); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	runtime.AddCleanup(t, func(l *tokenizers.Tokenizer) { _ = l.Close() }, t.library)
	return t, nil
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
		return Encoding{}, err
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
