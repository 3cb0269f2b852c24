package fillmask

import (
	"strings"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/text"
)

// Decoded is a token as a reader sees it: decoded, without the space before
// it. What is no text by itself (a byte of a character) or nothing but a space
// is shown as the piece it is: "<0xE3>", "▁".
func Decoded(tok text.Tokenizer, id int32) string {
	s := strings.TrimSpace(tok.Decode([]int32{id}))
	if s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return tok.Token(id)
	}
	return s
}

// Tokens is the number of tokens in which a vocabulary writes an answer, a
// mark of a word's beginning that stands alone not counted. A mask can be
// answered by one token only.
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
