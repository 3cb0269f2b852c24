package corpus

import (
	"strings"

	"llmjp.internal/modernbert/pkg/text"
)

// Rows is a numbered list of rows of tokens: a [Corpus], which has a row a
// document, or its [Windows].
type Rows interface {
	Len() int
	// Row returns row i with [CLS] and [SEP] around it, of at most maxLength tokens.
	Row(i, maxLength int) ([]int32, error)
}

// Windows cuts every document of a corpus into consecutive rows that end at
// sentence ends, so that a run with a small maximum length reads whole
// documents and not their beginnings alone. It holds twelve bytes a window in
// memory and copies no token.
type Windows struct {
	corpus   *Corpus
	document []uint32
	from, to []uint32 // tokens of the document, special ones not counted
}

// NewWindows cuts the documents of c into windows of at most maxLength tokens,
// [CLS] and [SEP] included. A window ends after the last sentence that fits:
// after 。！？ or a line end, closing brackets included. A sentence that does
// not fit is cut where the window is full. The cuts depend on the tokens and
// maxLength alone.
func NewWindows(c *Corpus, tok text.Tokenizer, maxLength int) (*Windows, error) {
	w := &Windows{corpus: c}
	ends, closes := sentenceMarks(tok)
	room := max(1, maxLength-2)
	for i := range c.Len() {
		tokens, err := c.Doc(i)
		if err != nil {
			return nil, err
		}
		for from := 0; from < len(tokens); {
			to := windowEnd(tokens, from, room, ends, closes)
			w.document = append(w.document, uint32(i))
			w.from, w.to = append(w.from, uint32(from)), append(w.to, uint32(to))
			from = to
		}
	}
	return w, nil
}

// windowEnd returns the end of the window that begins at from.
func windowEnd(tokens []uint32, from, room int, ends, closes []bool) int {
	if from+room >= len(tokens) {
		return len(tokens)
	}
	for to := from + room; to > from; to-- {
		if closes[tokens[to]] {
			continue
		}
		last := to - 1
		for last > from && closes[tokens[last]] {
			last--
		}
		if ends[tokens[last]] {
			return to
		}
	}
	return from + room
}

// sentenceMarks marks the pieces of the vocabulary that end a sentence, and
// those of closing brackets, which belong to the sentence before them.
func sentenceMarks(tok text.Tokenizer) (ends, closes []bool) {
	ends, closes = make([]bool, tok.VocabSize()), make([]bool, tok.VocabSize())
	for id := range ends {
		piece := tok.Token(int32(id))
		ends[id] = piece == "<0x0A>" || strings.HasSuffix(piece, "\n") ||
			strings.HasSuffix(piece, "。") || strings.HasSuffix(piece, "！") || strings.HasSuffix(piece, "？")
		closes[id] = piece != "" && strings.Trim(piece, "」』）)】”") == ""
	}
	return ends, closes
}

// Len returns the number of windows.
func (w *Windows) Len() int { return len(w.document) }

// Row returns window i with [CLS] and [SEP] around it.
func (w *Windows) Row(i, maxLength int) ([]int32, error) {
	tokens, err := w.corpus.Doc(int(w.document[i]))
	if err != nil {
		return nil, err
	}
	return w.corpus.row(tokens[w.from[i]:w.to[i]], maxLength), nil
}
