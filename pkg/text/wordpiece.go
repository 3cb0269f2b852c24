package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWordLength is the length in characters above which a word is unknown.
const maxWordLength = 100

// wordPiece cuts a word from left to right into the longest pieces of the
// vocabulary, which begin with ## after the first. A word that cannot be cut so
// becomes one unknown token (transformers' WordpieceTokenizer).
func (v *vocabulary) wordPiece(ids []int32, word string, unknown int32) []int32 {
	for _, w := range strings.FieldsFunc(word, isSpace) {
		ids = v.wordPieces(ids, w, unknown)
	}
	return ids
}

func (v *vocabulary) wordPieces(ids []int32, word string, unknown int32) []int32 {
	if utf8.RuneCountInString(word) > maxWordLength {
		return append(ids, unknown)
	}
	first := len(ids)
	key := make([]byte, 0, 2+len(word))
	key = append(append(key, "##"...), word...)
	for start := 0; start < len(word); {
		id, end := int32(-1), len(word)
		for ; end > start; end -= lastRune(word[start:end]) {
			from := 2 + start
			if start > 0 {
				from = start
				copy(key[from:], "##") // over the piece before, which is done with
			}
			if found, ok := v.ids[string(key[from:2+end])]; ok {
				id = found
				break
			}
		}
		if id < 0 {
			return append(ids[:first], unknown)
		}
		ids = append(ids, id)
		start = end
	}
	return ids
}

func lastRune(s string) int {
	_, size := utf8.DecodeLastRuneInString(s)
	return size
}

// characters cuts a word into characters (transformers' CharacterTokenizer).
func (v *vocabulary) characters(ids []int32, word string, unknown int32) []int32 {
	for _, r := range word {
		id, ok := v.ids[string(r)]
		if !ok {
			id = unknown
		}
		ids = append(ids, id)
	}
	return ids
}

// isSpace equals Python's str.isspace.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F
}
