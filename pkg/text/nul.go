package text

import (
	"fmt"
	"slices"
	"strings"
)

// The binding passes texts as C strings, which end at a NUL. A character that
// the text does not hold replaces each NUL, and its tokens are turned into
// NUL's afterwards.

// standIn is the character that replaces NUL, with its tokens. The zero value
// replaces nothing.
type standIn struct {
	char   string
	tokens []int32
	nul    int32 // NUL's own token, -1 where the tokenizer drops it
}

// hideNUL replaces every NUL of a text. With byte fallback the replacement is a
// private character outside of the vocabulary, which becomes three byte tokens.
// Otherwise it is a control character: byte-level vocabularies write byte b as
// the letter U+0100+b, and other normalizers drop control characters as they
// drop NUL.
func (t *fast) hideNUL(text string) (standIn, string) {
	if strings.IndexByte(text, 0) < 0 {
		return standIn{}, text
	}
	s := standIn{nul: -1}
	from, to := rune(0x0E), rune(0x1F)
	if id, ok := t.ids["<0x00>"]; ok {
		s.nul, from, to = id, 0xE000, 0xF8FF
	} else if id, ok := t.ids["\u0100"]; ok {
		s.nul = id
	}
	for r := from; r <= to && s.char == ""; r++ {
		if _, piece := t.ids[string(r)]; !piece && !strings.ContainsRune(text, r) {
			s.char = string(r)
		}
	}
	if s.char == "" { // every candidate is in the text: NUL becomes the replacement character
		return standIn{}, strings.ReplaceAll(text, "\x00", "\uFFFD")
	}
	if from < ' ' {
		s.tokens = []int32{-1}
		if id, ok := t.ids[string(rune(0x100+int(s.char[0])))]; ok {
			s.tokens[0] = id
		}
	} else {
		s.tokens = t.byteTokens(s.char)
	}
	return s, strings.ReplaceAll(text, "\x00", s.char)
}

// byteTokens returns the byte-fallback tokens of a string, -1 for a missing one.
func (t *fast) byteTokens(s string) []int32 {
	tokens := make([]int32, len(s))
	for i := range len(s) {
		id, ok := t.ids[fmt.Sprintf("<0x%02X>", s[i])]
		if !ok {
			id = -1
		}
		tokens[i] = id
	}
	return tokens
}

// reveal turns the replacement's tokens into NUL's, and offsets into hidden, the
// text without NULs, into offsets into the text with them.
func (s standIn) reveal(e Encoding, hidden string) Encoding {
	if s.char == "" {
		return e
	}
	var out Encoding
	for i := 0; i < len(e.IDs); i++ {
		id := e.IDs[i]
		out.Offsets = append(out.Offsets, e.Offsets[i])
		if n := len(s.tokens); s.nul >= 0 && len(e.IDs)-i >= n && slices.Equal(e.IDs[i:i+n], s.tokens) {
			id, i = s.nul, i+n-1
		}
		out.IDs = append(out.IDs, id)
	}
	for i, o := range out.Offsets {
		for side := range o {
			out.Offsets[i][side] -= (len(s.char) - 1) * strings.Count(hidden[:o[side]], s.char)
		}
	}
	return out
}

// decodeNUL decodes ids that include NUL's byte token, which the binding cannot
// return: a control character that is not among them replaces it.
func (t *fast) decodeNUL(ids []uint32, nul uint32) string {
	for char := byte(1); char < 0x20; char++ {
		token := t.byteTokens(string(rune(char)))[0]
		held := slices.ContainsFunc(ids, func(id uint32) bool {
			return int32(id) == token || strings.IndexByte(t.Token(int32(id)), char) >= 0
		})
		if token < 0 || held {
			continue
		}
		shown := slices.Clone(ids)
		for i := range shown {
			if shown[i] == nul {
				shown[i] = uint32(token)
			}
		}
		return strings.ReplaceAll(t.library.Decode(shown, false), string(rune(char)), "\x00")
	}
	return t.library.Decode(ids, false)
}
