package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// addedToken is an entry of tokenizer.json's added_tokens, and the object form
// of a special token in tokenizer_config.json.
type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// specialName is a special token in tokenizer_config.json: a string, an object
// with the field content, or null.
type specialName string

func (s *specialName) UnmarshalJSON(data []byte) error {
	var name *string
	if err := json.Unmarshal(data, &name); err == nil {
		if name != nil {
			*s = specialName(*name)
		}
		return nil
	}
	var object struct{ Content string }
	if err := json.Unmarshal(data, &object); err != nil {
		return fmt.Errorf("a special token is neither a string nor an object with content: %s", data)
	}
	*s = specialName(object.Content)
	return nil
}

// specialNames is additional_special_tokens: a list, or an object by role.
type specialNames []specialName

func (s *specialNames) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		byRole := map[string]specialName{}
		if err := json.Unmarshal(data, &byRole); err != nil {
			return err
		}
		for _, role := range sortedKeys(byRole) {
			*s = append(*s, byRole[role])
		}
		return nil
	}
	return json.Unmarshal(data, (*[]specialName)(s))
}

// roles are the special tokens by role, as in special_tokens_map.json.
type roles struct {
	BOS        specialName  `json:"bos_token"`
	EOS        specialName  `json:"eos_token"`
	Unknown    specialName  `json:"unk_token"`
	SEP        specialName  `json:"sep_token"`
	Pad        specialName  `json:"pad_token"`
	CLS        specialName  `json:"cls_token"`
	Mask       specialName  `json:"mask_token"`
	Additional specialNames `json:"additional_special_tokens"`
	Extra      specialNames `json:"extra_special_tokens"`

	// further are the tokens of other fields that end in _token.
	further []specialName
}

// names lists the tokens that are set, in transformers' order of roles.
func (r roles) names() []string {
	var names []string
	all := append([]specialName{r.BOS, r.EOS, r.Unknown, r.SEP, r.Pad, r.CLS, r.Mask}, r.Additional...)
	for _, name := range slices.Concat(all, r.further, r.Extra) {
		if name != "" {
			names = append(names, string(name))
		}
	}
	return names
}

// orElse fills roles that are not set.
func (r roles) orElse(d roles) roles {
	for _, pair := range []struct {
		to   *specialName
		from specialName
	}{{&r.Unknown, d.Unknown}, {&r.SEP, d.SEP}, {&r.Pad, d.Pad}, {&r.CLS, d.CLS}, {&r.Mask, d.Mask}} {
		if *pair.to == "" {
			*pair.to = pair.from
		}
	}
	return r
}

// config is what of tokenizer_config.json changes ids.
type config struct {
	roles
	Class          string                `json:"tokenizer_class"`
	AddedTokens    map[string]addedToken `json:"added_tokens_decoder"`
	TruncationSide string                `json:"truncation_side"`

	// BertJapaneseTokenizer
	LowerCase       bool     `json:"do_lower_case"`
	WordTokenize    *bool    `json:"do_word_tokenize"`
	SubwordTokenize *bool    `json:"do_subword_tokenize"`
	WordType        string   `json:"word_tokenizer_type"`
	SubwordType     string   `json:"subword_tokenizer_type"`
	NeverSplit      []string `json:"never_split"`
	Mecab           struct {
		Dictionary optional `json:"mecab_dic"`
		Option     *string  `json:"mecab_option"`
		Normalize  *bool    `json:"normalize_text"`
	} `json:"mecab_kwargs"`
}

// furtherTokens are the strings of the other fields that end in _token:
// transformers takes each as a special token, whatever its role.
func furtherTokens(data []byte) []specialName {
	fields := map[string]any{}
	_ = json.Unmarshal(data, &fields) // it has been read before
	var tokens []specialName
	for _, key := range sortedKeys(fields) {
		role := strings.TrimSuffix(key, "_token")
		if slices.Contains([]string{"bos", "eos", "unk", "sep", "pad", "cls", "mask"}, role) {
			continue
		}
		if name, ok := fields[key].(string); ok && role != key {
			tokens = append(tokens, specialName(name))
		}
	}
	return tokens
}

// optional is a string that may be absent or null, which are not the same.
type optional struct {
	set   bool
	value *string
}

func (o *optional) UnmarshalJSON(data []byte) error {
	o.set = true
	return json.Unmarshal(data, &o.value)
}

func (o optional) String() string {
	if o.value == nil {
		return "null"
	}
	return strconv.Quote(*o.value)
}

// parseConfig reads tokenizer_config.json and, as transformers does for older
// checkpoints, special_tokens_map.json over it. Either may be absent.
func parseConfig(files map[string][]byte) (config, error) {
	var c config
	if data, ok := files[configFile]; ok {
		if err := json.Unmarshal(data, &c); err != nil {
			return c, fmt.Errorf("%s: %w", configFile, err)
		}
		c.further = furtherTokens(data)
	}
	if data, ok := files[specialFile]; ok && c.AddedTokens == nil {
		if err := json.Unmarshal(data, &c.roles); err != nil {
			return c, fmt.Errorf("%s: %w", specialFile, err)
		}
	}
	if c.TruncationSide != "" && c.TruncationSide != "left" && c.TruncationSide != "right" {
		return c, fmt.Errorf("%s: truncation_side is %q, it must be left or right", configFile, c.TruncationSide)
	}
	return c, nil
}
