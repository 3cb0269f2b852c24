package encoder

import (
	"context"
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

// Load reads a model with a head from a directory in Hugging Face format and puts it
// on the process's backend. Body reads any model; another head must be the model's
// own. A tokenizer that cannot be opened is an error at its first use. Close frees
// the weights.
func Load(ctx context.Context, dir string, head model.Head, options Options) (*Encoder, error) {
	return load(ctx, dir, options, func(*checkpoint.Checkpoint) model.Head { return head })
}

// LoadWhole loads a model with the head that it has. See [Load].
func LoadWhole(ctx context.Context, dir string, options Options) (*Encoder, error) {
	return load(ctx, dir, options, func(c *checkpoint.Checkpoint) model.Head { return c.Head })
}

// load loads a model with the head that head chooses.
func load(ctx context.Context, dir string, options Options, head func(*checkpoint.Checkpoint) model.Head) (*Encoder, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	if dir, err = project.Find(dir); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	c, err := checkpoint.Open(dir)
	if err != nil {
		return nil, err
	}
	// Beside the weights: a vocabulary of 100,000 takes a core a third of a second.
	tokenizer := sync.OnceValues(func() (text.Tokenizer, error) { return text.Open(dir) })
	go tokenizer()
	values, err := c.Load(head(c))
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	weights, err := Upload(b, c.Arch.Params(head(c)), values)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	e, err := New(b, c.Arch, head(c), weights, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	e.Name, e.Options, e.owned = dir, options, true
	e.openTokenizer = func() (text.Tokenizer, error) {
		tok, err := tokenizer()
		if err != nil {
			return nil, err
		}
		return e.fitting(tok)
	}
	return e, nil
}

// Upload puts weights on a backend, in the order of params.
func Upload(b compute.Backend, params []model.Param, values model.Values) ([]*tensors.Tensor, error) {
	if err := values.Check(params); err != nil {
		return nil, err
	}
	weights := make([]*tensors.Tensor, 0, len(params))
	for _, p := range params {
		t, err := p.Upload(b, values[p.Name])
		if err != nil {
			free(weights...)
			return nil, err
		}
		weights = append(weights, t)
	}
	return weights, nil
}

// Close frees the compiled graphs, and the weights unless they were given to [New].
func (e *Encoder) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.programs {
		p.exec.Finalize()
	}
	if e.owned {
		free(e.weights...)
	}
	e.programs, e.weights = nil, nil
}
