package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// numbered is an added token with the id that a file gives it, an entry of
// tokenizer.json's added_tokens.
type numbered struct {
	ID int32 `json:"id"`
	addedToken
}

// readDecoder reads added_tokens_decoder, an object from ids to tokens.
func (c *companions) readDecoder(byContent map[string]addedToken) error {
	o, err := parseObject(c.config.values["added_tokens_decoder"])
	if err != nil {
		return err
	}
	for _, key := range o.keys {
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return fmt.Errorf("the id %q is not a number", key)
		}
		token, err := parseAddedToken(o.values[key])
		if err != nil {
			return fmt.Errorf("id %d: %w", id, err)
		}
		c.enter(id, token, byContent)
	}
	return nil
}

// fileTokens reads the added_tokens of a tokenizer.json.
func fileTokens(top object) ([]numbered, error) {
	if top.null("added_tokens") {
		return nil, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(top.values["added_tokens"], &list); err != nil {
		return nil, fmt.Errorf("%s: added_tokens is not a list: %s", tokenizerFile, shorten(top.values["added_tokens"]))
	}
	tokens := make([]numbered, 0, len(list))
	for i, raw := range list {
		t, err := parseNumbered(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: added_tokens[%d]: %w", tokenizerFile, i, err)
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

func parseNumbered(raw json.RawMessage) (numbered, error) {
	o, err := parseObject(raw)
	if err != nil {
		return numbered{}, err
	}
	if o.null("id") {
		return numbered{}, errors.New("the token has no id: " + shorten(raw))
	}
	t := numbered{}
	if err := json.Unmarshal(o.values["id"], &t.ID); err != nil {
		return t, fmt.Errorf("the id %s is not a whole number", shorten(o.values["id"]))
	}
	t.addedToken, err = parseAddedToken(raw)
	return t, err
}
