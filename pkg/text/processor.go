package text

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// parseTemplate reads a post_processor of tokenizer.json: TemplateProcessing,
// BertProcessing, RobertaProcessing, ByteLevel (which adds nothing), a
// Sequence of them, or null.
func parseTemplate(data json.RawMessage) (template, error) {
	t, err := parseProcessor(data, 0)
	if err != nil {
		return plain, fmt.Errorf("post_processor: %w", err)
	}
	return t, nil
}

// parseProcessor reads a post-processor; depth counts the sequences around it.
func parseProcessor(data json.RawMessage, depth int) (template, error) {
	if len(data) == 0 || string(data) == "null" {
		return plain, nil
	}
	if depth > maxDepth {
		return plain, fmt.Errorf("sequences within sequences, more than %d deep", maxDepth)
	}
	p, err := parseObject(data)
	if err != nil {
		return plain, err
	}
	var kind string
	if err := p.read("type", &kind); err != nil {
		return plain, err
	}
	switch kind {
	case "ByteLevel":
		return plain, nil
	case "BertProcessing", "RobertaProcessing":
		cls, err := namedID(p.values["cls"])
		if err != nil {
			return plain, fmt.Errorf("%s: cls: %w", kind, err)
		}
		sep, err := namedID(p.values["sep"])
		if err != nil {
			return plain, fmt.Errorf("%s: sep: %w", kind, err)
		}
		if kind == "BertProcessing" {
			return around(cls, sep, nil, 1), nil
		}
		return around(cls, sep, []int32{sep}, 0), nil
	case "Sequence":
		return parseSequence(p.values["processors"], depth)
	case "TemplateProcessing":
		return parseTemplateProcessing(p)
	}
	return plain, fmt.Errorf("the type %q is not supported", kind)
}

// parseSequence reads the processors of a Sequence. One of them may add tokens.
func parseSequence(data json.RawMessage, depth int) (template, error) {
	var processors []json.RawMessage
	if err := json.Unmarshal(data, &processors); err != nil {
		return plain, fmt.Errorf("processors is not a list: %s", shorten(data))
	}
	found, count := plain, 0
	for _, one := range processors {
		t, err := parseProcessor(one, depth+1)
		if err != nil {
			return plain, err
		}
		if specials(t.single)+specials(t.pair) > 0 {
			found, count = t, count+1
		}
	}
	if count > 1 {
		return plain, fmt.Errorf("a Sequence of %d templates is not supported, one is", count)
	}
	return found, nil
}

// parseTemplateProcessing reads single, pair and their special tokens.
func parseTemplateProcessing(p object) (template, error) {
	special := map[string][]int32{}
	if !p.null("special_tokens") {
		tokens, err := parseObject(p.values["special_tokens"])
		if err != nil {
			return plain, fmt.Errorf("special_tokens: %w", err)
		}
		for _, name := range tokens.keys {
			token, err := parseObject(tokens.values[name])
			var ids []int32
			if err == nil {
				err = json.Unmarshal(token.values["ids"], &ids)
			}
			if err != nil {
				return plain, fmt.Errorf("special_tokens: %q has no list of ids: %s", name, shorten(tokens.values[name]))
			}
			special[name] = ids
		}
	}
	single, err := parseParts(p.values["single"], special)
	if err != nil {
		return plain, fmt.Errorf("single: %w", err)
	}
	pair, err := parseParts(p.values["pair"], special)
	if err != nil {
		return plain, fmt.Errorf("pair: %w", err)
	}
	return template{single, pair}, nil
}

// parseParts reads a template's list of special tokens and sequences.
func parseParts(data json.RawMessage, special map[string][]int32) ([]part, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("it is not a list of parts: %s", shorten(data))
	}
	parts := make([]part, 0, len(list))
	for i, raw := range list {
		p, err := parsePart(raw, special)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// parsePart reads a special token or a sequence.
func parsePart(raw json.RawMessage, special map[string][]int32) (part, error) {
	o, err := parseObject(raw)
	if err != nil {
		return part{}, err
	}
	for _, kind := range []string{"SpecialToken", "Sequence"} {
		if o.null(kind) {
			continue
		}
		fields, err := parseObject(o.values[kind])
		if err != nil {
			return part{}, err
		}
		var id string
		var p part
		if err := fields.read("id", &id); err != nil {
			return part{}, err
		}
		if err := json.Unmarshal(fields.values["type_id"], &p.typeIDs); err != nil {
			return part{}, fmt.Errorf("type_id is not a whole number: %s", shorten(fields.values["type_id"]))
		}
		if kind == "SpecialToken" {
			var ok bool
			if p.ids, ok = special[id]; !ok {
				return part{}, fmt.Errorf("%q is not among special_tokens", id)
			}
			return p, nil
		}
		if id == "A" || id == "B" {
			p.text = id[0]
			return p, nil
		}
	}
	return part{}, fmt.Errorf("it is neither a special token nor a sequence: %s", shorten(raw))
}

// namedID reads the id of a pair like ["[SEP]", 102].
func namedID(data json.RawMessage) (int32, error) {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
		return 0, fmt.Errorf("it is not a pair of a token and an id: %s", shorten(data))
	}
	id, err := strconv.ParseInt(string(pair[1]), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("the id %s is not a number", pair[1])
	}
	return int32(id), nil
}
