package fillmask

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/text"
)

// Placeholder stands for a model's mask token in a text, as in the authors'
// sentences.
const Placeholder = "{}"

// Guess is one token for a mask.
type Guess struct {
	ID    int32   `json:"id"`
	Token string  `json:"token"` // the vocabulary's piece as it stands: "▁東京", "##京", "<0xE3>"
	Score float64 `json:"score"` // softmax probability over the whole vocabulary
	Shown string  `json:"-"`     // the token as a reader sees it (see Decoded)
}

// Fill gives, for each text, the best guesses for each of its masks in the
// order of the text, best first; of equal scores the lower id. A mask is the
// model's mask token or the placeholder. A text without a mask, or one whose
// mask lies beyond what the model takes, is an error of type *BadText.
func Fill(ctx context.Context, e *encoder.Encoder, texts []string, o Options) ([][][]Guess, error) {
	tok, err := e.Tokenizer()
	if err != nil {
		return nil, err
	}
	rows, positions, err := maskedRows(e, tok, texts, o)
	if err != nil {
		return nil, err
	}
	filled := make([][][]Guess, len(texts))
	for i, at := range positions {
		filled[i] = make([][]Guess, len(at))
	}
	err = e.Logits(ctx, rows, positions, func(i, n int, logits []float32) error {
		guesses, err := best(logits, max(1, o.TopK))
		if err != nil {
			return fmt.Errorf("text %d: %w", i, err)
		}
		for j := range guesses {
			guesses[j].Token, guesses[j].Shown = tok.Token(guesses[j].ID), Decoded(tok, guesses[j].ID)
		}
		filled[i][n] = guesses
		return nil
	})
	return filled, err
}

// BadText is a text that has no mask to be filled.
type BadText struct {
	Index  int // of the text, from 0
	Reason string
}

func (b *BadText) Error() string { return fmt.Sprintf("text %d %s", b.Index+1, b.Reason) }

// maskedRows encodes the texts and finds the positions of their masks.
func maskedRows(e *encoder.Encoder, tok text.Tokenizer, texts []string, o Options) ([]encoder.Row, [][]int, error) {
	mask := tok.Special().Mask
	if mask < 0 {
		return nil, nil, errors.New("the tokenizer has no mask token: fill-mask needs a masked language model")
	}
	limit, err := e.MaxLength(0)
	if err != nil {
		return nil, nil, err
	}
	placeholder := cmp.Or(o.Placeholder, Placeholder)
	rows, positions := make([]encoder.Row, len(texts)), make([][]int, len(texts))
	for i, s := range texts {
		s = strings.ReplaceAll(s, placeholder, tok.Token(mask))
		whole, err := encoded(e, tok, s, o.Unbroken)
		if err != nil {
			return nil, nil, &BadText{i, err.Error()}
		}
		ids := whole
		if limit > 0 && len(whole) > limit { // what is cut keeps its last special token
			ids = append(slices.Clone(whole[:limit-1]), whole[len(whole)-1])
		}
		positions[i] = where(ids, mask)
		if masks := len(where(whole, mask)); masks == 0 {
			return nil, nil, &BadText{i, fmt.Sprintf("has no mask: it holds neither %s nor %q", tok.Token(mask), placeholder)}
		} else if masks > len(positions[i]) {
			return nil, nil, &BadText{i, fmt.Sprintf("has %d tokens, the model takes %d: a mask lies beyond them; shorten the text", len(whole), limit)}
		}
		rows[i] = encoder.Row{IDs: ids}
	}
	return rows, positions, nil
}

// encoded returns the ids of a text, not cut to a length; with whole the masks
// do not break the text around them (see unbroken).
func encoded(e *encoder.Encoder, tok text.Tokenizer, s string, whole bool) ([]int32, error) {
	if whole {
		return unbroken(e, tok, s)
	}
	row, _, err := e.EncodeText(s, 0)
	return row.IDs, err
}

// where returns the positions at which an id stands.
func where(ids []int32, id int32) (at []int) {
	for i, x := range ids {
		if x == id {
			at = append(at, i)
		}
	}
	return at
}

// best gives the ids of the k greatest logits with their softmax.
func best(logits []float32, k int) ([]Guess, error) {
	greatest := math.Inf(-1)
	for _, x := range logits {
		if math.IsNaN(float64(x)) {
			return nil, errors.New("the model's scores are not numbers: its weights are damaged or overflow")
		}
		greatest = max(greatest, float64(x))
	}
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x) - greatest)
	}
	k = min(k, len(logits))
	var top []int32 // ids, best first
	for id, x := range logits {
		if len(top) == k && logits[top[k-1]] >= x {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, x, func(id int32, x float32) int {
			if logits[id] >= x {
				return -1
			}
			return 1
		})
		top = slices.Insert(top[:min(len(top), k-1)], at, int32(id))
	}
	guesses := make([]Guess, k)
	for i, id := range top {
		guesses[i] = Guess{ID: id, Score: math.Exp(float64(logits[id])-greatest) / sum}
	}
	return guesses, nil
}
