package text

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"unicode/utf8"
)

// common holds what all tokenizers have: special tokens around a text, pairs,
// and truncation.
type common struct {
	*vocabulary
	template template
	roles    Special
	left     bool // truncation takes the beginning away
	files    map[string][]byte
	encode   func(text string) (Encoding, error)      // without the template's special tokens
	divide   func(a, b, room int) (first, second int) // divides room between texts of a and b tokens
}

func (t *common) Special() Special { return t.roles }

func (t *common) Files() map[string][]byte { return maps.Clone(t.files) }

func (t *common) Encode(text string, special bool, maxLength int) (Encoding, error) {
	parts := t.template.single
	if !special {
		parts = plain.single
	}
	room, err := roomFor(parts, maxLength)
	if err != nil {
		return Encoding{}, err
	}
	e, err := t.encodeValid(text)
	if err != nil {
		return Encoding{}, err
	}
	return fill(parts, cut(e, room, t.left), Encoding{}), nil
}

func (t *common) EncodePair(a, b string, maxLength int) (Encoding, error) {
	room, err := roomFor(t.template.pair, maxLength)
	if err != nil {
		return Encoding{}, err
	}
	first, err := t.encodeValid(a)
	if err != nil {
		return Encoding{}, err
	}
	second, err := t.encodeValid(b)
	if err != nil {
		return Encoding{}, err
	}
	n, m := t.divide(len(first.IDs), len(second.IDs), room)
	return fill(t.template.pair, cut(first, n, t.left), cut(second, m, t.left)), nil
}

func (t *common) encodeValid(text string) (Encoding, error) {
	if !utf8.ValidString(text) {
		return Encoding{}, errors.New("the text is not valid UTF-8")
	}
	return t.encode(text)
}

// roomFor returns how many tokens of text fit into a template.
func roomFor(parts []part, maxLength int) (int, error) {
	if maxLength == 0 {
		return math.MaxInt, nil
	}
	if maxLength < specials(parts) {
		return 0, fmt.Errorf("a maximum length of %d leaves no room for %d special tokens", maxLength, specials(parts))
	}
	return maxLength - specials(parts), nil
}
