package text

import (
	"encoding/json"
	"errors"
	"fmt"
)

// addedToken is a token that is found in texts before the model cuts them
// (transformers' AddedToken).
type addedToken struct {
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`

	// unsaid reports that the file does not say whether the token is
	// normalized: it is as long as it is not special, which a role makes it.
	unsaid bool
}

// mention is how a file names a special token: by a string, or by an object
// that has flags. Two mentions are equal where transformers finds them equal.
type mention struct {
	addedToken
	object bool
}

// parseMention reads a string, or an object with the field content; nil for
// null.
func parseMention(raw json.RawMessage) (*mention, error) {
	switch {
	case string(raw) == "null":
		return nil, nil
	case isString(raw):
		m := &mention{}
		return m, json.Unmarshal(raw, &m.Content)
	case isObject(raw):
		token, err := parseAddedToken(raw)
		return &mention{token, true}, err
	}
	return nil, fmt.Errorf("a special token is neither a string nor an object with content: %s", shorten(raw))
}

// parseAddedToken reads an object as transformers' AddedToken(**object) does:
// normalized is the contrary of special where it is absent.
func parseAddedToken(raw json.RawMessage) (addedToken, error) {
	var t addedToken
	o, err := parseObject(raw)
	if err != nil {
		return t, err
	}
	if o.null("content") {
		return t, fmt.Errorf("a token has no content: %s", shorten(raw))
	}
	if err := o.read("special", &t.Special); err != nil {
		return t, err
	}
	t.Normalized, t.unsaid = !t.Special, !o.has("normalized")
	if err := o.read("content", &t.Content); err != nil {
		return t, err
	}
	for key, to := range map[string]*bool{"single_word": &t.SingleWord, "lstrip": &t.LStrip, "rstrip": &t.RStrip, "normalized": &t.Normalized} {
		if o.has(key) && o.null(key) {
			return t, fmt.Errorf("%s of the token %q is null, it must be %s", key, t.Content, expects(to))
		}
		if err := o.read(key, to); err != nil {
			return t, fmt.Errorf("token %q: %w", t.Content, err)
		}
	}
	return t, nil
}

// asSpecial sets special in an object of special_tokens_map.json, whose tokens
// are special whatever they say, and fields besides.
func asSpecial(raw json.RawMessage, besides ...string) (json.RawMessage, error) {
	o, err := parseObject(raw)
	if err != nil {
		return nil, err
	}
	o.set("special", json.RawMessage("true"))
	for i := 0; i < len(besides); i += 2 {
		o.set(besides[i], json.RawMessage(besides[i+1]))
	}
	return json.Marshal(o.values)
}

// parseMentions reads a list of special tokens; null is an empty one.
func parseMentions(raw json.RawMessage) ([]mention, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("neither a list nor an object of special tokens: %s", shorten(raw))
	}
	var mentions []mention
	for _, one := range list {
		m, err := parseMention(one)
		if err != nil {
			return nil, err
		}
		if m == nil {
			return nil, errors.New("a special token in a list is null")
		}
		mentions = append(mentions, *m)
	}
	return mentions, nil
}
