package text

// Tokenizer encodes texts as its Hugging Face counterpart does, id for id.
// It may be used by many goroutines at once.
type Tokenizer interface {
	// Encode returns the ids of a text, within the template's special tokens
	// if special is true. maxLength counts the special tokens; 0 means no
	// limit. A truncated text keeps its last special token. A text that is not
	// UTF-8 is an error; an empty text becomes the template alone.
	Encode(text string, special bool, maxLength int) (Encoding, error)
	// EncodePair returns the ids of a pair in the template, truncated
	// longest-first.
	EncodePair(a, b string, maxLength int) (Encoding, error)
	// Decode turns ids back into text, special tokens included.
	Decode(ids []int32) string
	// Token returns the vocabulary's piece as it stands ("▁東京", "<0xE3>",
	// "##京"), an added token as transformers shows it, and "" for an id
	// outside of the vocabulary.
	Token(id int32) string
	// ID returns the id of a piece.
	ID(token string) (int32, bool)
	// VocabSize returns one more than the greatest id.
	VocabSize() int
	// Special returns the ids of the special tokens.
	Special() Special
	// Files returns the tokenizer's own files by name, for copying into a
	// checkpoint directory, with tokenizer.json.gz unpacked as tokenizer.json.
	Files() map[string][]byte
}

// Special holds the ids of the special tokens; -1 where there is none.
type Special struct {
	CLS, SEP, Mask, Pad, Unknown int32
	All                          []int32 // every special token of the vocabulary, ascending
}

// Encoding is an encoded text. The slices that are not nil have the same length.
type Encoding struct {
	IDs     []int32
	TypeIDs []int32 // 1 in the second text of a pair where the template says so
	// Special marks tokens that the template added (transformers'
	// special_tokens_mask), not special tokens that a text itself holds.
	Special []bool
	// Offsets are byte offsets [start, end) into the text; for a pair, into
	// the text that the token comes from. [0, 0) for the template's tokens;
	// nil for MeCab tokenizers, which normalise texts first.
	Offsets [][2]int
}
