package models

import (
	"context"
	"fmt"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
)

// Each loads one model after another with a head and calls visit with it.
// Models of the same architecture and tokenizer, such as the checkpoints of a
// run, share their compiled graphs. Errors name the model.
func Each(ctx context.Context, list []Model, head model.Head, options encoder.Options, visit func(Model, *encoder.Encoder) error) error {
	var e *encoder.Encoder
	defer func() {
		if e != nil {
			e.Close()
		}
	}()
	for _, m := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := m.swap(ctx, &e, head, options)
		if err == nil {
			err = visit(m, e)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.Label(), err)
		}
	}
	return nil
}

// swap makes *e the model's encoder. It replaces the weights of the present
// one if architecture and tokenizer are equal, and loads a new one otherwise.
func (m Model) swap(ctx context.Context, e **encoder.Encoder, head model.Head, options encoder.Options) error {
	dir, err := hub.Resolve(ctx, m.Ref)
	if err != nil {
		return err
	}
	if err := m.Verify(); err != nil {
		return err
	}
	if *e != nil {
		if ok, err := (*e).Swap(ctx, dir); ok || err != nil {
			return err
		}
		(*e).Close()
		*e = nil
	}
	*e, err = encoder.Load(ctx, dir, head, options)
	return err
}
