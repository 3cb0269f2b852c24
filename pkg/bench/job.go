package bench

import (
	"context"
	"fmt"

	"llmjp.internal/modernbert/pkg/pretrain"
)

// A Job is a case with the files and settings from which all sides compute it.
type Job struct {
	Case     Case              `json:"case"`
	Model    string            `json:"model,omitempty"`  // directory of weights and tokenizer
	Batch    string            `json:"batch,omitempty"`  // safetensors: input_ids, attention_mask, labels
	Texts    string            `json:"texts,omitempty"`  // JSON lines with text
	Corpus   string            `json:"corpus,omitempty"` // folder of token shards of Texts
	Settings pretrain.Settings `json:"settings"`         // optimizer, masks, how batches are cut
	Products products          `json:"products,omitzero"`
}

// products describes a step of [Matmul]: Count products of square matrices. Size
// is large enough for the machine's peak rate, and Count for the start-up time not
// to count.
type products struct {
	Size  int `json:"size"` // rows and columns
	Count int `json:"count"`
}

// productsFor returns the size and number of the products for a kind of
// backend.
func productsFor(kind string) products {
	if kind == "xla:cuda" {
		return products{Size: 8192, Count: 20}
	}
	return products{Size: 2048, Count: 1}
}

// work is a prepared job.
type work struct {
	units   float64 // tokens, batches or floating point operations of one step
	padding float64 // share of the computed positions that hold no token
	// step computes once and returns a value that must agree on all sides.
	step  func(ctx context.Context) (value float64, err error)
	close func()
}

// prepare builds the work of a job on our side.
func (j Job) prepare(ctx context.Context) (*work, error) {
	switch j.Case.Task {
	case Train, TrainDefault:
		return j.training()
	case Forward:
		return j.forward()
	case Embed:
		return j.embedding(ctx)
	case FillMask:
		return j.fillMask(ctx)
	case Tokenize:
		return j.tokenizing()
	case Batches:
		return j.batches()
	case Matmul:
		return j.matmul()
	}
	return nil, fmt.Errorf("there is no task %q", j.Case.Task)
}
