package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// addedVocabulary numbers added tokens as the tokenizers library does
// (AddedVocabulary of the Rust source), whatever ids the files name: a token
// of the model keeps the model's id, any other gets the next free one.
type addedVocabulary struct {
	model map[string]int32
	ids   map[string]int32     // by content
	byID  map[int32]addedToken // the tokens that are looked for in texts
	// special holds the contents that were ever special: with
	// split_special_tokens these are not looked for.
	special map[string]bool
	// normalized holds, by id, tokens that were ever normalized: these are
	// shown in their normalized form.
	normalized map[int32]string
}

func newAddedVocabulary(model map[string]int32) *addedVocabulary {
	return &addedVocabulary{model, map[string]int32{}, map[int32]addedToken{}, map[string]bool{}, map[int32]string{}}
}

// add numbers tokens as one call of the library's add_tokens does.
func (v *addedVocabulary) add(tokens []addedToken) {
	next := int32(len(v.model))
	for id := range v.byID {
		if id >= int32(len(v.model)) || len(v.model) == 0 {
			next = max(next, id+1)
		}
	}
	for _, t := range tokens {
		if t.Content == "" {
			continue
		}
		id, ok := v.id(t.Content)
		if ok && v.byID[id] == t {
			continue
		}
		if !ok {
			id = next
			next++
		}
		v.ids[t.Content] = id
		v.byID[id] = t
		if t.Special {
			v.special[t.Content] = true
		}
		if t.Normalized {
			v.normalized[id] = t.Content
		}
	}
}

// id finds a token, among the added ones first.
func (v *addedVocabulary) id(content string) (int32, bool) {
	if id, ok := v.ids[content]; ok {
		return id, true
	}
	id, ok := v.model[content]
	return id, ok
}

// list returns the tokens that are looked for in texts, by id. A token that
// was ever special is marked special, because the library remembers it so.
// With normalized, a token that was ever normalized is marked normalized.
func (v *addedVocabulary) list(normalized bool) []numbered {
	list := make([]numbered, 0, len(v.byID)) // null is refused by the library
	for id, t := range v.byID {
		t.Special = t.Special || v.special[t.Content]
		t.Normalized = t.Normalized || normalized && v.normalized[id] != ""
		list = append(list, numbered{id, t})
	}
	slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// check reports whether the library, which gets all tokens in one call,
// numbers them as the calls that were made here did.
func (v *addedVocabulary) check() error {
	again := newAddedVocabulary(v.model)
	var all []addedToken
	for _, t := range v.list(false) {
		all = append(all, t.addedToken)
	}
	again.add(all)
	for _, t := range v.list(false) {
		if id := again.ids[t.Content]; id != t.ID {
			return fmt.Errorf("model.vocab has gaps in its ids, so that the added token %q would be %d and not %d: number the pieces from 0 without gaps", t.Content, id, t.ID)
		}
	}
	return nil
}

// number enters the added tokens into a vocabulary.
func (v *addedVocabulary) number(to *vocabulary) error {
	for _, content := range slices.Sorted(maps.Keys(v.ids)) {
		if err := to.set(v.ids[content], content); err != nil {
			return err
		}
	}
	for id, t := range v.byID {
		to.pieces[id] = t.Content
	}
	return nil
}
