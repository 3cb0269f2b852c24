package text

import (
	"iter"
	"slices"
	"strings"
)

// splitter cuts tokens out of texts: the leftmost first, the longest of these.
type splitter struct {
	tokens []string // longest first
	begins [256]bool
}

func (s *splitter) add(token string) {
	if token == "" || slices.Contains(s.tokens, token) {
		return
	}
	s.begins[token[0]] = true
	s.tokens = append(s.tokens, token)
	slices.SortStableFunc(s.tokens, func(a, b string) int { return len(b) - len(a) })
}

// split yields the parts of a text in order, and whether each is a token.
func (s *splitter) split(text string) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		from := 0
		for at := 0; at < len(text); {
			token := ""
			if s.begins[text[at]] {
				token = s.at(text[at:])
			}
			if token == "" {
				at++
				continue
			}
			if at > from && !yield(text[from:at], false) || !yield(token, true) {
				return
			}
			at += len(token)
			from = at
		}
		if from < len(text) {
			yield(text[from:], false)
		}
	}
}

func (s *splitter) at(text string) string {
	for _, token := range s.tokens {
		if strings.HasPrefix(text, token) {
			return token
		}
	}
	return ""
}
