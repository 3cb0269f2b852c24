package pppl

import (
	"context"
	"errors"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
)

// Surprises are the losses of a text's tokens.
type Surprises struct {
	Tokens []string  // between the special ones
	Losses []float64 // nats, where each alone is masked
	PPPL   float64   // exp of their mean
}

// EveryToken masks the tokens of a text one after another: the
// pseudo-perplexity over all positions, as NeoBERT's authors compute it.
func EveryToken(ctx context.Context, e *encoder.Encoder, text string) (Surprises, error) {
	var s Surprises
	tok, err := e.Tokenizer()
	if err != nil {
		return s, err
	}
	mask, err := maskOf(tok)
	if err != nil {
		return s, err
	}
	limit, err := e.MaxLength(0)
	if err != nil {
		return s, err
	}
	row, _, err := e.EncodeText(text, limit)
	if err != nil {
		return s, err
	}
	if len(row.IDs) < shortest {
		return s, errors.New("the text has no token to mask")
	}
	w := work{Document: Document{Text: corpus.Text{Text: text}, IDs: row.IDs}}
	for at := 1; at < len(row.IDs)-1; at++ {
		w.positions = append(w.positions, at)
		s.Tokens = append(s.Tokens, tok.Token(row.IDs[at]))
	}
	w.distinct = w.positions
	_, scores, _, err := scoreGroup(ctx, e, []work{w}, mask)
	if err != nil {
		return s, err
	}
	s.Losses, s.PPPL = scores[0].Losses, *scores[0].PPPL
	return s, nil
}
