package text

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// number enters the added tokens, which keep the ids that the files name, and
// after them special tokens that are nowhere (transformers' PythonBackend). It
// counts tokens and not ids, so that a new one may take the id of another,
// which is then found in no text.
func (t *japanese) number(c *companions) error {
	t.vocabulary = &vocabulary{pieces: slices.Clone(t.base.pieces), ids: maps.Clone(t.base.ids)}
	enter := func(id int32, token addedToken) error {
		t.added[token.Content] = id
		t.flags[id] = token
		return t.set(id, token.Content)
	}
	for _, id := range c.order { // of two ids of one token the last counts
		token := c.decoder[id]
		if id != int64(int32(id)) {
			return fmt.Errorf("%s: the id %d of the added token %q is out of range", configFile, id, token.Content)
		}
		if err := enter(int32(id), token); err != nil {
			return fmt.Errorf("%s: added token: %w", configFile, err)
		}
	}
	next := int32(len(t.ids))
	for _, m := range c.specials() {
		if _, ok := t.added[m.Content]; ok || m.Content == "" {
			continue
		}
		id, ok := t.ids[m.Content]
		if !ok {
			id = next
			next++
		}
		if err := enter(id, addedToken{Content: m.Content, Special: true}); err != nil {
			return err
		}
	}
	for _, token := range t.flags {
		t.whole.add(token.Content)
	}
	return nil
}

// applyFlags takes spaces off the parts beside an added token, or joins the
// token to them where it must be a word of its own and is not.
func (t *japanese) applyFlags(parts []string, i int) {
	id, ok := t.added[parts[i]]
	if !ok {
		return
	}
	token := t.flags[id]
	left, right := "", ""
	if i > 0 {
		left = parts[i-1]
	}
	if i+1 < len(parts) {
		right = parts[i+1]
	}
	if token.RStrip && right != "" {
		parts[i+1] = strings.TrimLeftFunc(right, isSpace)
	}
	if token.LStrip && left != "" {
		parts[i-1] = strings.TrimRightFunc(left, isSpace)
	}
	if !token.SingleWord {
		return
	}
	switch {
	case left != "" && !strings.HasSuffix(left, " "):
		parts[i-1] += parts[i]
		parts[i] = ""
	case right != "" && !strings.HasPrefix(right, " "):
		parts[i+1] = parts[i] + parts[i+1]
		parts[i] = ""
	}
}
