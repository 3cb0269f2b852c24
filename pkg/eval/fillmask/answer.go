package fillmask

import (
	"strings"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/text"
)

// Decoded returns a token as a reader sees it, without the space before it. A
// token that is not text by itself (one byte of a character, a lone space) is
// returned as its piece: "<0xE3>", "▁".
func Decoded(tok text.Tokenizer, id int32) string {
	s := strings.TrimSpace(tok.Decode([]int32{id}))
	if s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return tok.Token(id)
	}
	return s
}

// Tokens counts the tokens in which a vocabulary writes an answer, without a
// lone mark of a word's beginning. One mask can be filled with one token only.
func Tokens(tok text.Tokenizer, answer string) (int, error) {
	e, err := tok.Encode(answer, false, 0)
	if err != nil {
		return 0, err
	}
	n := len(e.IDs)
	if n > 1 && tok.Token(e.IDs[0]) == "▁" {
		n--
	}
	return n, nil
}
