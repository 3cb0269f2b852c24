package corpus

import (
	"encoding/json"
	"errors"
	"fmt"

	"llmjp.internal/modernbert/pkg/input"
)

// Passages are texts by reference: the "--texts" of retrieval and similarity.
type Passages struct {
	texts map[string]string
	refs  []string
}

// ReadPassages reads JSON lines of two kinds, mixed at will:
// {"id": R, "text": T} names the passage R; {"id": A, "paragraphs": [...]}, an
// article, names its paragraphs A#0, A#1, …. Other fields are ignored. The same
// name for two different texts is an error.
func ReadPassages(patterns ...string) (*Passages, error) {
	p := &Passages{texts: map[string]string{}}
	for line, err := range Lines(patterns...) {
		if err != nil {
			return nil, err
		}
		if err := p.add(line.JSON); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", line.File, line.Number, err)
		}
	}
	return p, nil
}

func (p *Passages) add(data []byte) error {
	fields, err := input.Object(data)
	if err != nil {
		return err
	}
	id := parseID(fields["id"])
	if id == "" {
		return errors.New("field \"id\" is missing, or no string or number")
	}
	if list := fields["paragraphs"]; present(list) {
		var paragraphs []*string
		if json.Unmarshal(list, &paragraphs) != nil {
			return errors.New("field \"paragraphs\" is not an array of strings")
		}
		for i, paragraph := range paragraphs {
			if paragraph == nil {
				return fmt.Errorf("field \"paragraphs\" holds null at position %d", i)
			}
			if err := p.set(fmt.Sprintf("%s#%d", id, i), *paragraph); err != nil {
				return err
			}
		}
		return nil
	}
	var text *string
	if !present(fields["text"]) {
		return errors.New("neither \"text\" nor \"paragraphs\" is there")
	}
	if json.Unmarshal(fields["text"], &text) != nil {
		return fmt.Errorf("field \"text\" is %s, a string is needed", jsonKind(fields["text"]))
	}
	return p.set(id, *text)
}

func (p *Passages) set(ref, text string) error {
	old, known := p.texts[ref]
	if known && old != text {
		return fmt.Errorf("the passage %q stands twice with different texts", ref)
	}
	if !known {
		p.texts[ref] = text
		p.refs = append(p.refs, ref)
	}
	return nil
}

// Text returns a passage by its name.
func (p *Passages) Text(ref string) (string, bool) {
	text, ok := p.texts[ref]
	return text, ok
}

// Refs returns the names of all passages in file order.
func (p *Passages) Refs() []string { return p.refs }

// Len returns the number of passages.
func (p *Passages) Len() int { return len(p.refs) }

// Pair is a query and the passage that answers it, by reference.
type Pair struct {
	File            string
	Line            int
	Query, Positive string
}

// ReadPairs reads JSON lines {"query": R, "positive": R, …}.
func ReadPairs(patterns ...string) ([]Pair, error) {
	var pairs []Pair
	for line, err := range Lines(patterns...) {
		if err != nil {
			return nil, err
		}
		pair := Pair{File: line.File, Line: line.Number}
		fields, err := input.Object(line.JSON)
		if err == nil {
			if pair.Query = parseID(fields["query"]); pair.Query == "" {
				err = errors.New("field \"query\" is missing, empty, or no string")
			} else if pair.Positive = parseID(fields["positive"]); pair.Positive == "" {
				err = errors.New("field \"positive\" is missing, empty, or no string")
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", line.File, line.Number, err)
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}

// Resolve returns the texts of all queries and positives, in order. It returns
// an error that names a reference without a passage.
func (p *Passages) Resolve(pairs []Pair) (queries, positives []string, err error) {
	for _, pair := range pairs {
		for _, ref := range []string{pair.Query, pair.Positive} {
			if _, ok := p.texts[ref]; !ok {
				return nil, nil, fmt.Errorf("%s:%d: the passage %q is not in the texts", pair.File, pair.Line, ref)
			}
		}
		queries = append(queries, p.texts[pair.Query])
		positives = append(positives, p.texts[pair.Positive])
	}
	return queries, positives, nil
}
