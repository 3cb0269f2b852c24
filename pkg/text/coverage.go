package text

import (
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Coverage counts the tokens of texts, without the template's special tokens.
type Coverage struct {
	Texts, Characters, Tokens int
	Bytes                     int // tokens that are a byte of a character the vocabulary lacks
	Unknown                   int // unknown tokens
}

// CharactersPerToken returns the mean number of code points a token.
func (c Coverage) CharactersPerToken() float64 { return float64(c.Characters) / float64(c.Tokens) }

// String returns the counts in words.
func (c Coverage) String() string {
	share := func(n int) float64 { return 100 * float64(n) / float64(c.Tokens) }
	return fmt.Sprintf("%d texts, %d characters in %d tokens: %.2f characters a token; %.2f %% of the tokens are bytes, %.2f %% unknown",
		c.Texts, c.Characters, c.Tokens, c.CharactersPerToken(), share(c.Bytes), share(c.Unknown))
}

// Sum adds counts up.
func Sum(all []Coverage) (sum Coverage) {
	for _, c := range all {
		sum.Texts += c.Texts
		sum.Characters += c.Characters
		sum.Tokens += c.Tokens
		sum.Bytes += c.Bytes
		sum.Unknown += c.Unknown
	}
	return sum
}

// Cover counts the tokens of each text, in the order of the texts, on all cores.
func Cover(tok Tokenizer, texts iter.Seq2[string, error]) ([]Coverage, error) {
	unknown := tok.Special().Unknown
	var all []Coverage
	for c, err := range Parallel(texts, func(s string) (Coverage, error) {
		e, err := tok.Encode(s, false, 0)
		if err != nil {
			return Coverage{}, err
		}
		c := Coverage{Texts: 1, Characters: utf8.RuneCountInString(s), Tokens: len(e.IDs)}
		for _, id := range e.IDs {
			if id == unknown {
				c.Unknown++
			}
			if bytePiece(tok.Token(id)) {
				c.Bytes++
			}
		}
		return c, nil
	}) {
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Pieces returns the pieces of a text, without the template's special tokens.
func Pieces(tok Tokenizer, s string) ([]string, error) {
	e, err := tok.Encode(s, false, 0)
	if err != nil {
		return nil, err
	}
	pieces := make([]string, len(e.IDs))
	for i, id := range e.IDs {
		pieces[i] = tok.Token(id)
	}
	return pieces, nil
}

// Beside returns a row for each text: the text, then its pieces by each
// tokenizer, with dots between them.
func Beside(texts []string, tokenizers ...Tokenizer) ([][]string, error) {
	rows := make([][]string, len(texts))
	for i, s := range texts {
		rows[i] = append(rows[i], s)
		for _, tok := range tokenizers {
			pieces, err := Pieces(tok, s)
			if err != nil {
				return nil, fmt.Errorf("text %d: %w", i, err)
			}
			rows[i] = append(rows[i], strings.Join(pieces, " · "))
		}
	}
	return rows, nil
}

// bytePiece reports whether a piece is one of SentencePiece's bytes, "<0xE3>".
func bytePiece(piece string) bool {
	return len(piece) == 6 && strings.HasPrefix(piece, "<0x") && piece[5] == '>'
}

// Kinds names the kinds of pieces that CountKinds counts, in its order.
var Kinds = []string{"kana, or kana and kanji", "kanji alone (Japanese, Chinese)", "Hangul", "Latin", "digits, signs, code", "bytes", "special"}

// CountKinds counts the pieces of a vocabulary by the scripts of their letters,
// in the order of Kinds.
func CountKinds(tok Tokenizer) []int {
	special := map[int32]bool{}
	for _, id := range tok.Special().All {
		special[id] = true
	}
	counts := make([]int, len(Kinds))
	for id := range int32(tok.VocabSize()) {
		piece := tok.Token(id)
		switch {
		case special[id]:
			counts[6]++
		case bytePiece(piece):
			counts[5]++
		default:
			counts[kind(piece)]++
		}
	}
	return counts
}

// kind returns the index in Kinds of a piece that is neither special nor a byte.
func kind(piece string) int {
	has := func(scripts ...*unicode.RangeTable) bool {
		return strings.IndexFunc(piece, func(r rune) bool { return unicode.IsOneOf(scripts, r) }) >= 0
	}
	switch {
	case has(unicode.Hiragana, unicode.Katakana):
		return 0
	case has(unicode.Han):
		return 1
	case has(unicode.Hangul):
		return 2
	case has(unicode.Latin):
		return 3
	}
	return 4
}
