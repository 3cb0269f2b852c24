package text

import (
	"fmt"
	"slices"
	"strconv"
)

// addTokens puts added tokens into the vocabulary, those given and, as
// transformers does, those that tokenizer_config.json names besides; what is
// not in the vocabulary goes to its end. It returns all of them.
func (v *vocabulary) addTokens(added []addedToken, c config) ([]addedToken, error) {
	known := map[string]bool{}
	for _, a := range added {
		known[a.Content] = true
		if err := v.set(a.ID, a.Content); err != nil {
			return nil, err
		}
	}
	add := func(a addedToken) error {
		if known[a.Content] {
			return nil
		}
		known[a.Content] = true
		id, ok := v.ids[a.Content]
		if !ok {
			id = int32(len(v.pieces))
		}
		a.ID = id
		added = append(added, a)
		return v.set(id, a.Content)
	}
	more := make([]addedToken, 0, len(c.AddedTokens))
	for key, a := range c.AddedTokens {
		id, err := strconv.ParseInt(key, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("added_tokens_decoder: the id %q is not a number", key)
		}
		a.ID = int32(id)
		more = append(more, a)
	}
	slices.SortFunc(more, func(a, b addedToken) int { return int(a.ID) - int(b.ID) })
	for _, a := range more {
		if err := add(a); err != nil {
			return nil, err
		}
	}
	for _, name := range c.names() {
		if err := add(addedToken{Content: name, Special: true}); err != nil {
			return nil, err
		}
	}
	return added, nil
}
