package bench

import (
	"context"
	"fmt"

	"llmjp.internal/modernbert/pkg/pretrain"
)

// Job is a case and what both sides compute it from.
type Job struct {
	Case     Case              `json:"case"`
	Model    string            `json:"model,omitempty"`  // directory of weights and tokenizer
	Batch    string            `json:"batch,omitempty"`  // safetensors: input_ids, attention_mask, labels
	Texts    string            `json:"texts,omitempty"`  // JSON lines with text
	Corpus   string            `json:"corpus,omitempty"` // folder of token shards of Texts
	Settings pretrain.Settings `json:"settings"`         // optimizer, masks, how batches are cut
	Products products          `json:"products,omitzero"`
}

// products are the matrix products of a step of [Matmul]: square ones, of so
// many rows that the machine reaches its peak, and so many that their start
// does not count.
type products struct {
	Size  int `json:"size"`
	Count int `json:"count"`
}

// productsFor are those of a kind of backend.
func productsFor(kind string) products {
	if kind == "xla:cuda" {
		return products{Size: 8192, Count: 20}
	}
	return products{Size: 2048, Count: 1}
}

// work is a job made ready.
type work struct {
	units   float64 // of one step: tokens, batches, floating point operations
	padding float64 // share of the computed positions that hold no token
	// step computes once and gives a value that both sides must agree in.
	step  func(ctx context.Context) (value float64, err error)
	close func()
}

// prepare makes a job ready on our side.
func (j Job) prepare(ctx context.Context) (*work, error) {
	switch j.Case.Task {
	case Train, TrainDefault:
		return j.training()
	case Forward:
		return j.forward()
	case Embed:
		return j.embedding(ctx)
	case Tokenize:
		return j.tokenizing()
	case Batches:
		return j.batches()
	case Matmul:
		return j.matmul()
	}
	return nil, fmt.Errorf("there is no task %q", j.Case.Task)
}
