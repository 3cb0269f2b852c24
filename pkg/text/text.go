// Package text turns texts into token ids: tokenizer.json files through
// daulet/tokenizers, and MeCab with WordPiece for the BERT baselines.
package text

// Tokenizer encodes texts as its Hugging Face counterpart does, id for id.
type Tokenizer interface {
	// Encode gives the ids of a text. maxLength counts special tokens; 0 is
	// no limit. A truncated text keeps its last special token.
	Encode(text string, special bool, maxLength int) (Encoding, error)
	// EncodePair gives the ids of a pair, truncated longest-first.
	EncodePair(a, b string, maxLength int) (Encoding, error)
	// Decode turns ids back into text, special tokens included.
	Decode(ids []int32) string
	// Token is the vocabulary's piece as it stands ("▁東京", "<0xE3>", "##京").
	Token(id int32) string
	// ID finds a piece.
	ID(token string) (int32, bool)
	VocabSize() int
	Special() Special
	// Files are the tokenizer's own files by name, for copying into a
	// checkpoint directory.
	Files() map[string][]byte
}

// Special holds the ids of the special tokens; -1 where there is none.
type Special struct {
	CLS, SEP, Mask, Pad, Unknown int32
	All                          []int32 // every special token of the vocabulary
}

// Encoding is an encoded text.
type Encoding struct {
	IDs     []int32
	TypeIDs []int32
	// Special marks tokens that the template added (transformers'
	// special_tokens_mask), not special tokens that a text itself holds.
	Special []bool
	// Offsets are byte offsets [start, end) into the text; for a pair, into
	// the text that the token comes from. nil where the tokenizer has none.
	Offsets [][2]int
}
