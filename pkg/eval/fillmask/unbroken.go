package fillmask

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/text"
)

// standIn takes a mask's place while a text is cut into tokens: a character
// for private use, which no piece of a vocabulary holds. It becomes three bytes.
const standIn = "\uE000"

// unbroken encodes a text whose masks do not break it, as pretraining makes
// them: there ids are replaced and the text around is cut as one. (A mask
// token in a text is cut out first, so that what follows begins with the mark
// of a word's beginning.) A mark that would stand alone before the mask is
// part of the masked piece.
func unbroken(e *encoder.Encoder, tok text.Tokenizer, s string) ([]int32, error) {
	if strings.Contains(s, standIn) {
		return nil, fmt.Errorf("it holds U+E000, which stands for an unbroken mask: take it out")
	}
	var bytes []int32
	for _, b := range []byte(standIn) {
		id, ok := tok.ID(fmt.Sprintf("<0x%02X>", b))
		if !ok {
			return nil, errors.New("the vocabulary has no bytes: an unbroken mask is for models whose tokenizers fall back to bytes, ask without")
		}
		bytes = append(bytes, id)
	}
	mask := tok.Special().Mask
	row, _, err := e.EncodeText(strings.ReplaceAll(s, tok.Token(mask), standIn), 0)
	if err != nil {
		return nil, err
	}
	var ids []int32
	for at := 0; at < len(row.IDs); at++ {
		rest := row.IDs[at:]
		switch {
		case len(rest) > 3 && tok.Token(rest[0]) == "▁" && slices.Equal(rest[1:4], bytes):
			ids, at = append(ids, mask), at+3
		case len(rest) >= 3 && slices.Equal(rest[:3], bytes):
			ids, at = append(ids, mask), at+2
		default:
			ids = append(ids, rest[0])
		}
	}
	return ids, nil
}
