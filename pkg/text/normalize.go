package text

import (
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// nfkc equals Python's unicodedata.normalize("NFKC", text), but for 62 Cyrillic
// modifier letters: Python 3.11 has Unicode 14, norm has 15.
func nfkc(text string) string {
	normal := norm.NFKC.String(text)
	if strings.Count(normal, joiner) > strings.Count(text, joiner) {
		return compose(decompose(text))
	}
	return normal
}

// joiner stands between combining marks in norm's output after 30 of them in a
// row (UAX 15, Stream-Safe Text Format). Python puts none there; such texts are
// normalized by decompose and compose.
const joiner = "\u034F"

// decompose returns NFKD: compatibility decompositions, with marks in the order
// of their classes.
func decompose(text string) []rune {
	var out []rune
	for _, r := range text {
		p := norm.NFKD.PropertiesString(string(r))
		if d := p.Decomposition(); d != nil {
			out = append(out, []rune(string(d))...)
		} else {
			out = append(out, r)
		}
	}
	for i := 0; i < len(out); i++ {
		end := i
		for end < len(out) && class(out[end]) > 0 {
			end++
		}
		slices.SortStableFunc(out[i:end], func(a, b rune) int { return int(class(a)) - int(class(b)) })
		i = max(i, end-1)
	}
	return out
}

// compose joins each starter with the marks after it that are not blocked by
// one of the same or a higher class.
func compose(text []rune) string {
	var out []rune
	starter, last := -1, uint8(0)
	for _, r := range text {
		c := class(r)
		if starter >= 0 && (last < c || starter == len(out)-1) {
			if joined := []rune(norm.NFC.String(string([]rune{out[starter], r}))); len(joined) == 1 {
				out[starter] = joined[0]
				continue
			}
		}
		if c == 0 {
			starter = len(out)
		}
		last = c
		out = append(out, r)
	}
	return string(out)
}

// class returns a character's canonical combining class, 0 for a starter.
func class(r rune) uint8 {
	return norm.NFC.PropertiesString(string(r)).CCC()
}

// lowercase equals Python's str.lower: İ becomes two characters, and a capital
// sigma at the end of a word becomes ς.
func lowercase(text string) string {
	return cases.Lower(language.Und).String(text)
}
