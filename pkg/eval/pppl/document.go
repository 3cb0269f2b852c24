package pppl

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/text"
)

// shortest is the length of a text of one token between the special ones.
const shortest = 3

// Document is a text as a model sees it.
type Document struct {
	Index int // in the input, from 0
	Text  corpus.Text
	IDs   []int32 // special tokens included, cut at the model's length
	Cut   bool    // it was longer
}

// Draw gives n positions in a document of length tokens, uniform, with
// replacement, in [1, length-1): the special tokens at both ends are never
// drawn. They depend on the seed and the document's index in the input alone.
// A document without a token between the two has none.
func Draw(length, n int, seed uint64, index int) []int {
	if length < shortest {
		return []int{}
	}
	random := rand.New(rand.NewPCG(seed, uint64(index)))
	positions := make([]int, n)
	for i := range positions {
		positions[i] = 1 + random.IntN(length-2)
	}
	return positions
}

// Read reads all texts of the input.
func Read(ctx context.Context, patterns ...string) ([]corpus.Text, error) {
	var all []corpus.Text
	for t, err := range corpus.Texts(patterns...) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if t.Tokenized() {
			return nil, fmt.Errorf("%s: the line holds ids, a text is needed", t.Where())
		}
		all = append(all, t)
	}
	return all, nil
}

// id returns a text's id: its line's own, a string or a number, else its place
// in the input.
func id(t corpus.Text, index int) json.RawMessage {
	var own struct {
		ID json.RawMessage `json:"id"`
	}
	if t.JSON != nil && input.Decode(t.JSON, &own) == nil && len(own.ID) > 0 && (own.ID[0] == '"' || own.ID[0] == '-' || own.ID[0] >= '0' && own.ID[0] <= '9') {
		return own.ID
	}
	return json.RawMessage(strconv.Itoa(index))
}

// tokenized encodes texts on every core, in the order of the indices.
func tokenized(e *encoder.Encoder, texts []corpus.Text, indices []int, limit int) iter.Seq2[Document, error] {
	in := func(yield func(int, error) bool) {
		for _, i := range indices {
			if !yield(i, nil) {
				return
			}
		}
	}
	return text.Parallel(in, func(i int) (Document, error) {
		row, cut, err := e.EncodeText(texts[i].Text, limit)
		if err != nil {
			return Document{}, fmt.Errorf("%s: %w", texts[i].Where(), err)
		}
		return Document{Index: i, Text: texts[i], IDs: row.IDs, Cut: cut}, nil
	})
}
