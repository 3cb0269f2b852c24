package text

import (
	"maps"
	"slices"
)

// setDefaults gives the roles that no file names the tokens that BERT's
// classes have for them.
func (c *companions) setDefaults() {
	for role, content := range map[string]string{
		"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
	} {
		if _, ok := c.mentions[role]; !ok {
			c.mentions[role] = &mention{addedToken: addedToken{Content: content}}
		}
	}
}

// specials lists the special tokens: those of the roles, then those without.
func (c *companions) specials() []mention {
	var list []mention
	for _, role := range c.roles {
		if m := c.mentions[role]; m != nil {
			list = append(list, *m)
		}
	}
	return append(list, c.extra...)
}

// toAdd lists the tokens that transformers adds to the tokenizer's own: the
// decoder's by id, then special tokens that are missing.
func (c *companions) toAdd(held map[string]bool) []addedToken {
	var list []mention
	known := maps.Clone(held)
	for _, id := range slices.Sorted(maps.Keys(c.decoder)) {
		list = append(list, mention{c.decoder[id], true})
		known[c.decoder[id].Content] = true
	}
	for _, m := range c.specials() {
		if !known[m.Content] && !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	named := map[string]bool{}
	for _, m := range c.mentions {
		if m != nil {
			named[m.Content] = true
		}
	}
	tokens := make([]addedToken, 0, len(list))
	for _, m := range list {
		m.Special = m.Special || !m.object || named[m.Content]
		m.Normalized, m.unsaid = m.Normalized && !(m.unsaid && m.Special), false
		tokens = append(tokens, m.addedToken)
	}
	return tokens
}

// special finds the ids of the special tokens; id finds a token, and added are
// the added tokens by id. A special token that is nowhere has the unknown
// token's id, as transformers gives it.
func (c *companions) special(id func(content string) (int32, bool), added map[int32]addedToken) Special {
	find := func(m *mention) int32 {
		for _, one := range []*mention{m, c.mentions["unk_token"]} {
			if m != nil && one != nil {
				if found, ok := id(one.Content); ok {
					return found
				}
			}
		}
		return -1
	}
	s := Special{
		CLS: find(c.mentions["cls_token"]), SEP: find(c.mentions["sep_token"]), Mask: find(c.mentions["mask_token"]),
		Pad: find(c.mentions["pad_token"]), Unknown: find(c.mentions["unk_token"]),
	}
	for _, m := range c.specials() {
		s.All = append(s.All, find(&m))
	}
	for id, t := range added {
		if t.Special {
			s.All = append(s.All, id)
		}
	}
	slices.Sort(s.All)
	s.All = slices.DeleteFunc(slices.Compact(s.All), func(id int32) bool { return id < 0 })
	return s
}
