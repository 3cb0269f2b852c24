package text

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// template is where the special tokens stand around a text and around a pair:
// tokenizer.json's post_processor.
type template struct {
	single, pair []part
}

// part is a place in a template: a special token, or the text A or B.
type part struct {
	text    byte // 'A', 'B', 0 for a special token
	ids     []int32
	typeIDs int32
}

// specials counts the special tokens of a sequence of parts.
func specials(parts []part) int {
	n := 0
	for _, p := range parts {
		n += len(p.ids)
	}
	return n
}

// plain is the template of a tokenizer that adds nothing.
var plain = template{
	single: []part{{text: 'A'}},
	pair:   []part{{text: 'A'}, {text: 'B', typeIDs: 1}},
}

// around is [first] A [last] and [first] A [last] [between] B [last]; ids
// below 0 are left out.
func around(first, last int32, between []int32, second int32) template {
	special := func(id, typeID int32) []part {
		if id < 0 {
			return nil
		}
		return []part{{ids: []int32{id}, typeIDs: typeID}}
	}
	var t template
	t.single = append(append(special(first, 0), part{text: 'A'}), special(last, 0)...)
	t.pair = append(t.pair, t.single...)
	for _, id := range between {
		t.pair = append(t.pair, special(id, second)...)
	}
	t.pair = append(append(t.pair, part{text: 'B', typeIDs: second}), special(last, second)...)
	return t
}

// parseTemplate reads a post_processor of tokenizer.json: TemplateProcessing,
// BertProcessing, RobertaProcessing, ByteLevel (which adds nothing), a
// Sequence of them, or null.
func parseTemplate(data json.RawMessage) (template, error) {
	var p struct {
		Type          string
		Single, Pair  []json.RawMessage
		SpecialTokens map[string]struct{ IDs []int32 } `json:"special_tokens"`
		SEP, CLS      json.RawMessage
		Processors    []json.RawMessage
	}
	if len(data) == 0 || string(data) == "null" {
		return plain, nil
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return plain, fmt.Errorf("post_processor: %w", err)
	}
	switch p.Type {
	case "ByteLevel":
		return plain, nil
	case "BertProcessing", "RobertaProcessing":
		cls, err := namedID(p.CLS)
		if err != nil {
			return plain, fmt.Errorf("post_processor %s: cls: %w", p.Type, err)
		}
		sep, err := namedID(p.SEP)
		if err != nil {
			return plain, fmt.Errorf("post_processor %s: sep: %w", p.Type, err)
		}
		if p.Type == "BertProcessing" {
			return around(cls, sep, nil, 1), nil
		}
		return around(cls, sep, []int32{sep}, 0), nil
	case "Sequence":
		found := plain
		count := 0
		for _, one := range p.Processors {
			t, err := parseTemplate(one)
			if err != nil {
				return plain, err
			}
			if specials(t.single)+specials(t.pair) > 0 {
				found, count = t, count+1
			}
		}
		if count > 1 {
			return plain, fmt.Errorf("post_processor: a Sequence of %d templates is not supported, one is", count)
		}
		return found, nil
	case "TemplateProcessing":
		ids := func(name string) ([]int32, bool) {
			s, ok := p.SpecialTokens[name]
			return s.IDs, ok
		}
		single, err := parseParts(p.Single, ids)
		if err != nil {
			return plain, fmt.Errorf("post_processor: single: %w", err)
		}
		pair, err := parseParts(p.Pair, ids)
		if err != nil {
			return plain, fmt.Errorf("post_processor: pair: %w", err)
		}
		return template{single, pair}, nil
	}
	return plain, fmt.Errorf("post_processor: the type %q is not supported", p.Type)
}

func parseParts(data []json.RawMessage, ids func(name string) ([]int32, bool)) ([]part, error) {
	var parts []part
	for i, one := range data {
		var p struct {
			SpecialToken, Sequence *struct {
				ID     string
				TypeID int32 `json:"type_id"`
			}
		}
		if err := json.Unmarshal(one, &p); err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		switch {
		case p.SpecialToken != nil:
			found, ok := ids(p.SpecialToken.ID)
			if !ok {
				return nil, fmt.Errorf("part %d: %q is not among special_tokens", i, p.SpecialToken.ID)
			}
			parts = append(parts, part{ids: found, typeIDs: p.SpecialToken.TypeID})
		case p.Sequence != nil && (p.Sequence.ID == "A" || p.Sequence.ID == "B"):
			parts = append(parts, part{text: p.Sequence.ID[0], typeIDs: p.Sequence.TypeID})
		default:
			return nil, fmt.Errorf("part %d is neither a special token nor a sequence: %s", i, one)
		}
	}
	return parts, nil
}

// namedID reads ["[SEP]", 102].
func namedID(data json.RawMessage) (int32, error) {
	var pair [2]json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(string(pair[1]), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("the id %s is not a number", pair[1])
	}
	return int32(id), nil
}

// fill puts texts without special tokens into a template.
func fill(parts []part, a, b Encoding) Encoding {
	n := specials(parts) + len(a.IDs) + len(b.IDs)
	out := Encoding{
		IDs: make([]int32, 0, n), TypeIDs: make([]int32, 0, n),
		Special: make([]bool, 0, n),
	}
	placed := a.Offsets != nil || b.Offsets != nil
	if placed {
		out.Offsets = make([][2]int, 0, n)
	}
	for _, p := range parts {
		from := Encoding{IDs: p.ids}
		switch p.text {
		case 'A':
			from = a
		case 'B':
			from = b
		}
		out.IDs = append(out.IDs, from.IDs...)
		for i := range from.IDs {
			out.TypeIDs = append(out.TypeIDs, p.typeIDs)
			out.Special = append(out.Special, p.text == 0)
			if placed && p.text == 0 {
				out.Offsets = append(out.Offsets, [2]int{})
			} else if placed {
				out.Offsets = append(out.Offsets, from.Offsets[i])
			}
		}
	}
	return out
}
