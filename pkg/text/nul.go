package text

import (
	"fmt"
	"slices"
	"strings"
)

// The binding hands texts over as C strings, which end at a NUL. Another
// character that the text does not hold stands in for it, and its tokens are
// turned into NUL's afterwards.

// standIn is a character in NUL's place, and the tokens that it becomes; the
// zero value changes nothing.
type standIn struct {
	char   string
	tokens []int32
	nul    int32 // NUL's own token, -1 where the tokenizer drops it
}

// hideNUL replaces every NUL of a text. Where the vocabulary has byte
// fallback, a private character that it does not know stands in: three byte
// tokens. Elsewhere a control character does: byte-level vocabularies write
// byte b as the letter U+0100+b, and other normalizers drop control characters
// as they drop NUL.
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

// byteTokens are the byte-fallback tokens of a string, -1 where one is missing.
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

// reveal turns the stand-in's tokens into NUL's, and offsets into those of the
// text with NULs; hidden is the text without.
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

// decodeNUL decodes ids among which is NUL's byte token, for which the binding
// gives nothing: a control character that is not among them stands in.
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
