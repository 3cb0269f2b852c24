package text

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// namedRoles are the special tokens that every tokenizer may have, in the
// order in which transformers adds those that are missing.
var namedRoles = []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}

// companions holds what the files beside the vocabulary say together. It is
// read in the steps of transformers' _from_pretrained, whose order of
// precedence is the table in the package's documentation.
type companions struct {
	config object // tokenizer_config.json, with special_tokens_map.json over it

	roles    []string            // namedRoles, then the file's own
	mentions map[string]*mention // by role; nil where the role is null
	extra    []mention           // special tokens without a role
	mapped   map[string]bool     // the roles that special_tokens_map.json has as objects

	decoder map[int64]addedToken // added_tokens_decoder, or what older files have in its place
	order   []int64              // the decoder's ids as the files have them, as in a Python dict

	left  bool // truncation takes the beginning away
	split bool // split_special_tokens: special tokens in a text are text
}

// readCompanions reads tokenizer_config.json and, where it has no
// added_tokens_decoder, the files in which older versions kept special tokens.
// top is tokenizer.json.
func readCompanions(files map[string][]byte, how form, config, top object) (*companions, error) {
	c := &companions{
		config: config, roles: slices.Clone(namedRoles),
		mentions: map[string]*mention{}, mapped: map[string]bool{}, decoder: map[int64]addedToken{},
	}
	own, err := c.takeOwnRoles()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	byContent := map[string]addedToken{}
	if config.has("added_tokens_decoder") {
		if err := c.readDecoder(byContent); err != nil {
			return nil, fmt.Errorf("%s: added_tokens_decoder: %w", configFile, err)
		}
	} else if err := c.readOlder(files, top, byContent, own); err != nil {
		return nil, err
	}
	if err := c.readRoles(byContent); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	if err := c.readOwnRoles(own); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	if how != asFile {
		c.setDefaults()
	}
	if how == asJapanese {
		top = object{} // its class reads the added tokens of tokenizer.json and nothing else
	}
	return c, c.readSides(top)
}

// takeOwnRoles takes the special tokens with roles of the file's own out of
// the config: strings in fields that end in _token, and extra_special_tokens
// where it is an object.
func (c *companions) takeOwnRoles() (*object, error) {
	if c.config.has("additional_special_tokens") && falsy(c.config.values["extra_special_tokens"]) {
		c.config.set("extra_special_tokens", c.config.values["additional_special_tokens"])
		c.config.drop("additional_special_tokens")
	}
	own := &object{values: map[string]json.RawMessage{}}
	for _, key := range slices.Clone(c.config.keys) {
		if value := c.config.values[key]; ownRole(key) && isString(value) {
			own.set(key, value)
			c.config.drop(key)
		}
	}
	if value := c.config.values["extra_special_tokens"]; isObject(value) {
		c.config.drop("extra_special_tokens")
		if err := own.merge(value); err != nil {
			return nil, err
		}
	}
	if value := c.config.values["model_specific_special_tokens"]; len(own.keys) == 0 && isObject(value) {
		return own, own.merge(value)
	}
	return own, nil
}

// ownRole reports whether a field of tokenizer_config.json names a special
// token that is not one of the seven.
func ownRole(key string) bool {
	return strings.HasSuffix(key, "_token") && !slices.Contains(namedRoles, key)
}

// readRoles reads the tokens of the seven roles and those without a role. A
// role whose token is in the decoder has the decoder's flags.
func (c *companions) readRoles(byContent map[string]addedToken) error {
	for _, role := range namedRoles {
		if !c.config.has(role) {
			continue
		}
		m, err := parseMention(c.config.values[role])
		if err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
		if m != nil {
			if token, ok := byContent[m.Content]; ok {
				m = &mention{token, true}
			}
		}
		c.mentions[role] = m
	}
	key := "extra_special_tokens"
	if !c.config.has(key) && c.config.has("additional_special_tokens") {
		key = "additional_special_tokens"
	}
	if c.config.null(key) {
		return nil
	}
	var err error
	if c.extra, err = parseMentions(c.config.values[key]); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// readOwnRoles reads the roles of the file's own: AddedToken objects in fields
// that end in _token, strings that special_tokens_map.json has beside them,
// then those that takeOwnRoles found.
func (c *companions) readOwnRoles(taken *object) error {
	own := &object{values: map[string]json.RawMessage{}}
	for _, key := range c.config.keys {
		if value := c.config.values[key]; ownRole(key) && (isString(value) || isAddedToken(value)) {
			own.set(key, value)
		}
	}
	for _, key := range taken.keys {
		own.set(key, taken.values[key])
	}
	for _, role := range own.keys {
		m, err := parseMention(own.values[role])
		if err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
		if m == nil {
			return fmt.Errorf("%s is null, it must be a token", role)
		}
		if _, ok := c.mentions[role]; !ok {
			c.roles = append(c.roles, role)
		}
		c.mentions[role] = m
	}
	return nil
}

// isAddedToken reports whether an object says that it is an AddedToken:
// transformers takes no other object for a token.
func isAddedToken(value json.RawMessage) bool {
	if !isObject(value) {
		return false
	}
	o, err := parseObject(value)
	return err == nil && string(o.values["__type"]) == `"AddedToken"`
}

// content returns the token of a role, "" where there is none.
func (c *companions) content(role string) string {
	if m := c.mentions[role]; m != nil {
		return m.Content
	}
	return ""
}

// enter sets a token of the decoder.
func (c *companions) enter(id int64, token addedToken, byContent map[string]addedToken) {
	if _, ok := c.decoder[id]; !ok {
		c.order = append(c.order, id)
	}
	c.decoder[id] = token
	byContent[token.Content] = token
}
