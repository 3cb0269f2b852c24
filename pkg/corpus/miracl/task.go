package miracl

import (
	"errors"
	"fmt"
	"strings"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/input"
)

// Pair is the first two positive passages of a topic, by docid.
type Pair struct {
	Query    string `json:"query"`
	Positive string `json:"positive"`
	Topic    string `json:"topic"` // its ID
}

// Passage is a passage that the pairs name.
type Passage struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Pairs returns a pair for each topic with two positive passages or more, in
// order.
func Pairs(topics []Topic) []Pair {
	var pairs []Pair
	for _, t := range topics {
		if len(t.Positive) >= 2 {
			pairs = append(pairs, Pair{t.Positive[0], t.Positive[1], t.ID})
		}
	}
	return pairs
}

// Passages reads the passages that the pairs name from files of JSON lines and
// returns them in the order of the pairs. A missing passage is an error.
// progress, if not nil, receives the number of lines read so far.
func Passages(pairs []Pair, progress func(lines, found, wanted int), patterns ...string) ([]Passage, error) {
	var order []string
	for _, p := range pairs {
		order = append(order, p.Query, p.Positive)
	}
	found := map[string]*Passage{}
	for _, docid := range order {
		found[docid] = nil
	}
	lines, have := 0, 0
	for line, err := range corpus.Lines(patterns...) {
		if err != nil {
			return nil, err
		}
		passage, err := parse(line.JSON)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", line.File, line.Number, err)
		}
		if old, wanted := found[passage.ID]; wanted {
			if old != nil && *old != passage {
				return nil, fmt.Errorf("%s:%d: the passage %q stands twice with different texts", line.File, line.Number, passage.ID)
			}
			if old == nil {
				have++
			}
			found[passage.ID] = &passage
		}
		if lines++; progress != nil && lines%10000 == 0 {
			progress(lines, have, len(found))
		}
		if have == len(found) {
			break
		}
	}
	var out []Passage
	seen := map[string]bool{}
	for i, docid := range order {
		p := found[docid]
		if p == nil {
			return nil, fmt.Errorf("%d of %d passages are not in %v, the first: %q of topic %s; are all files there?",
				len(found)-have, len(found), patterns, docid, pairs[i/2].Topic)
		}
		if !seen[docid] {
			out = append(out, *p)
		}
		seen[docid] = true
	}
	return out, nil
}

func parse(line []byte) (Passage, error) {
	var fields struct {
		Docid *string `json:"docid"`
		Title *string `json:"title"`
		Text  *string `json:"text"`
	}
	switch err := input.Decode(line, &fields); {
	case err != nil:
		return Passage{}, err
	case fields.Docid == nil || fields.Text == nil:
		return Passage{}, errors.New("fields \"docid\" and \"text\" are needed")
	}
	p := Passage{ID: *fields.Docid, Text: *fields.Text}
	if fields.Title != nil {
		p.Title = *fields.Title
	}
	return p, nil
}

// OneArticle counts the pairs whose passages are of one article.
func OneArticle(pairs []Pair) (n int) {
	for _, p := range pairs {
		query, _, _ := strings.Cut(p.Query, "#")
		positive, _, _ := strings.Cut(p.Positive, "#")
		if query == positive {
			n++
		}
	}
	return n
}
