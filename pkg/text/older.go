package text

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// readOlder reads the files that older versions of transformers wrote in place
// of added_tokens_decoder: special_tokens_map.json, whose fields replace the
// config's, added_tokens.json, and the added_tokens of tokenizer.json. A later
// token replaces an earlier one with the same id.
func (c *companions) readOlder(files map[string][]byte, top object, byContent map[string]addedToken, own *object) error {
	if data, ok := files[specialFile]; ok {
		if err := c.readMap(data, own); err != nil {
			return fmt.Errorf("%s: %w", specialFile, err)
		}
	}
	if data, ok := files[addedFile]; ok {
		if err := c.readAdded(data, byContent); err != nil {
			return fmt.Errorf("%s: %w", addedFile, err)
		}
	}
	tokens, err := fileTokens(top)
	for _, t := range tokens {
		c.enter(int64(t.ID), t.addedToken, byContent)
	}
	return err
}

// readMap reads special_tokens_map.json.
func (c *companions) readMap(data []byte, own *object) error {
	special, err := parseObject(data)
	if err != nil {
		return err
	}
	for _, key := range special.keys {
		value := special.values[key]
		switch {
		case key == "extra_special_tokens" && isObject(value):
			if err := own.merge(value); err != nil {
				return err
			}
			c.config.drop(key)
			continue
		case key == "extra_special_tokens" && isList(value):
			if value, err = union(c.config.values[key], value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		case isObject(value) && strings.HasSuffix(key, "_token"):
			if value, err = asSpecial(value, "__type", `"AddedToken"`); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			c.mapped[key] = true
		case isObject(value):
			return fmt.Errorf("%s is an object, it must be a list: %s", key, shorten(value))
		}
		c.config.set(key, value)
	}
	return nil
}

// union appends the special tokens of a list to another that does not hold
// them; an absent list is empty.
func union(to, from json.RawMessage) (json.RawMessage, error) {
	var a, b []json.RawMessage
	if !falsy(to) {
		if err := json.Unmarshal(to, &a); err != nil {
			return nil, err
		}
	}
	if err := json.Unmarshal(from, &b); err != nil {
		return nil, err
	}
	for _, value := range b {
		if isObject(value) {
			special, err := asSpecial(value)
			if err != nil {
				return nil, err
			}
			value = special
		}
		if !slices.ContainsFunc(a, func(v json.RawMessage) bool { return string(v) == string(value) }) {
			a = append(a, value)
		}
	}
	return json.Marshal(a)
}

// readAdded reads added_tokens.json, an object from contents to ids. Its
// tokens strip nothing; those that are special tokens elsewhere are special,
// the others are normalized.
func (c *companions) readAdded(data []byte, byContent map[string]addedToken) error {
	o, err := parseObject(data)
	if err != nil {
		return err
	}
	special, err := c.specialContents()
	if err != nil {
		return err
	}
	for _, content := range o.keys {
		id, err := strconv.ParseInt(string(o.values[content]), 10, 64)
		if err != nil {
			return fmt.Errorf("the id of %q is not a whole number: %s", content, shorten(o.values[content]))
		}
		token := addedToken{Content: content, Normalized: !special[content], Special: special[content]}
		c.enter(id, token, byContent)
	}
	return nil
}

// specialContents returns the special tokens that transformers knows by their
// content when it reads added_tokens.json: strings, and objects of
// special_tokens_map.json, but not yet objects of tokenizer_config.json.
func (c *companions) specialContents() (map[string]bool, error) {
	special := map[string]bool{}
	for _, role := range namedRoles {
		if raw := c.config.values[role]; isString(raw) || c.mapped[role] {
			m, err := parseMention(raw)
			if err != nil {
				return nil, err
			}
			special[m.Content] = true
		}
	}
	var extra []json.RawMessage
	if list := c.config.values["extra_special_tokens"]; isList(list) {
		if err := json.Unmarshal(list, &extra); err != nil {
			return nil, err
		}
	}
	for _, raw := range extra {
		if m, err := parseMention(raw); err == nil && m != nil && !isAddedToken(raw) {
			special[m.Content] = true
		}
	}
	return special, nil
}
