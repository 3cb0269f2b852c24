package text

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/daulet/tokenizers"
)

// fast is a tokenizer that the tokenizers library runs. The library splits
// texts into pieces; templates, pairs and truncation are done here, because its
// Go binding has none of them.
type fast struct {
	common
	library *tokenizers.Tokenizer
	missing string // why the library may fail on a text, "" where it cannot
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
	t := &fast{common: common{files: files, left: c.left, divide: longestFirst}}
	t.encode = t.split
	if t.vocabulary, err = parseVocabulary(file.values["model"]); err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	model, err := parseObject(file.values["model"])
	if err == nil {
		err = checkMerges(model)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	t.missing = missingUnknown(model, t.ids)
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

// number assigns ids to the added tokens: first to those of tokenizer.json,
// then to those of the files beside it.
func (t *fast) number(tokens []numbered, c *companions) (*addedVocabulary, error) {
	added := newAddedVocabulary(maps.Clone(t.ids))
	var own []addedToken
	for _, token := range tokens {
		token.unsaid = false
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

// load opens the library's tokenizer without post-processor, truncation and
// padding. transformers sets the latter two anew at each call.
func (t *fast) load(file object, added *addedVocabulary, split bool) error {
	for _, key := range []string{"truncation", "padding", "post_processor"} {
		file.set(key, json.RawMessage("null"))
	}
	if len(added.normalized) > 0 {
		library, err := open(file, added.list(true))
		if err != nil {
			return err
		}
		err = t.normalizeAdded(library, added)
		_ = library.Close()
		if err != nil {
			return err
		}
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

// normalizeAdded replaces the pieces of added tokens that were ever normalized
// by their normalized forms, which transformers shows. Two tokens with one
// form are refused, because transformers then finds either of them; so is a
// token with an empty form, because this library finds it everywhere.
func (t *fast) normalizeAdded(library *tokenizers.Tokenizer, added *addedVocabulary) error {
	forms := map[string]string{}
	everywhere := found(library, "a")
	for id := range found(library, "b") {
		if token, ok := added.byID[id]; ok && token.Normalized && everywhere[id] {
			return fmt.Errorf("%s: nothing is left of the added token %q once it is normalized: set its flag normalized to false", tokenizerFile, token.Content)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(added.normalized)) {
		token := added.byID[id]
		if other := added.normalized[id]; other != token.Content {
			return fmt.Errorf("%s: the added tokens %q and %q have one id, %d: take one out", tokenizerFile, other, token.Content, id)
		}
		if strings.Contains(token.Content, "\x00") {
			continue
		}
		e, err := library.EncodeWithOptionsErr(token.Content, false, tokenizers.WithReturnTokens())
		if err != nil || len(e.IDs) > 1 {
			continue
		}
		form := ""
		if len(e.IDs) == 1 {
			form = e.Tokens[0]
		}
		if form == "" || int32(e.IDs[0]) == id {
			t.pieces[id] = form
		}
		if other, ok := forms[form]; ok && token.Normalized {
			return fmt.Errorf("%s: the added tokens %q and %q are both %q once they are normalized: take one out, or set its flag normalized to false", tokenizerFile, other, token.Content, form)
		}
		if token.Normalized {
			forms[form] = token.Content
		}
	}
	return nil
}

// found returns the set of a text's ids.
func found(library *tokenizers.Tokenizer, text string) map[int32]bool {
	ids := map[int32]bool{}
	e, err := library.EncodeWithOptionsErr(text, false)
	for _, id := range e.IDs {
		ids[int32(id)] = err == nil
	}
	return ids
}

// split encodes a text without the template's special tokens.
func (t *fast) split(text string) (Encoding, error) {
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
