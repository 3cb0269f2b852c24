package encoder

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"llmjp.internal/modernbert/pkg/model"
)

// A Row is one tokenized input.
type Row struct {
	IDs []int32
	// TypeIDs holds a token type for each id; nil means 0 for all. Only a classifier
	// whose model has token types uses them.
	TypeIDs []int32
	// Attended is the number of ids that are attended to; the others, behind them, are
	// padding. 0 means all.
	Attended int
}

// attended returns the number of ids that are attended to.
func (r Row) attended() int {
	if r.Attended == 0 {
		return len(r.IDs)
	}
	return r.Attended
}

// Check returns an error for a row that does not fit the model: empty, longer than the
// model's limit, or with ids or token types that it does not have.
func (e *Encoder) Check(r Row) error {
	d := e.Arch.Dimensions()
	switch {
	case len(r.IDs) == 0:
		return fmt.Errorf("no tokens")
	case len(r.IDs) > d.MaxLength:
		return fmt.Errorf("%d tokens, the model takes %d", len(r.IDs), d.MaxLength)
	case r.Attended < 0 || r.Attended > len(r.IDs):
		return fmt.Errorf("%d of %d tokens attended to", r.Attended, len(r.IDs))
	case r.TypeIDs != nil && len(r.TypeIDs) != len(r.IDs):
		return fmt.Errorf("%d token types for %d tokens", len(r.TypeIDs), len(r.IDs))
	}
	for i, id := range r.IDs {
		if id < 0 || int(id) >= d.Vocab {
			return fmt.Errorf("ids[%d] is %d, outside the vocabulary of %d", i, id, d.Vocab)
		}
	}
	for i, id := range r.TypeIDs {
		if id < 0 || int(id) >= d.Types {
			return fmt.Errorf("token type %d is %d, the model has %d types", i, id, d.Types)
		}
	}
	return nil
}

// checkAll checks every row and names the first that does not fit.
func (e *Encoder) checkAll(rows []Row) error {
	for i, r := range rows {
		if err := e.Check(r); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
	}
	return nil
}

// MaxLength returns the number of tokens that texts are cut to: the least of limit
// (0: none), the model's max_position_embeddings, and the tokenizer's
// model_max_length.
func (e *Encoder) MaxLength(limit int) (int, error) {
	tok, err := e.Tokenizer()
	if err != nil {
		return 0, err
	}
	longest := min(e.Arch.Dimensions().MaxLength, modelMaxLength(tok))
	if limit > 0 {
		longest = min(longest, limit)
	}
	return longest, nil
}

// EncodeText encodes one text with its special tokens, cut to maxLength tokens (0: not
// cut), the last special token kept. Many goroutines may call it at once.
func (e *Encoder) EncodeText(s string, maxLength int) (row Row, cut bool, err error) {
	tok, err := e.Tokenizer()
	if err != nil {
		return Row{}, false, err
	}
	encoding, err := tok.Encode(s, true, 0)
	if err == nil && maxLength > 0 && len(encoding.IDs) > maxLength {
		cut = true
		encoding, err = tok.Encode(s, true, maxLength)
	}
	return Row{IDs: encoding.IDs}, cut, err
}

// Tokenize encodes many texts as [Encoder.EncodeText] does. cut counts the texts that
// were longer than maxLength.
func (e *Encoder) Tokenize(ctx context.Context, texts []string, maxLength int) (rows []Row, cut int, err error) {
	if _, err := e.Tokenizer(); err != nil {
		return nil, 0, err
	}
	rows = make([]Row, len(texts))
	shortened := make([]bool, len(texts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	const chunk = 64
	for from := 0; from < len(texts); from += chunk {
		group.Go(func() error {
			err := ctx.Err()
			if err != nil {
				return err
			}
			for i := from; i < min(from+chunk, len(texts)); i++ {
				if rows[i], shortened[i], err = e.EncodeText(texts[i], maxLength); err != nil {
					return fmt.Errorf("text %d: %w", i, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	for _, s := range shortened {
		if s {
			cut++
		}
	}
	return rows, cut, nil
}

// need returns an error unless the encoder has this head.
func (e *Encoder) need(head model.Head) error {
	if e.Head == head {
		return nil
	}
	names := map[model.Head]string{model.Body: "no head", model.MaskedLM: "a masked-language-model head", model.SequenceClassification: "a classifier"}
	return fmt.Errorf("model %s was loaded with %s, %s is needed", e.Name, names[e.Head], names[head])
}
