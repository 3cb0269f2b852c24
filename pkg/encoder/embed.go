package encoder

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// A Pooling reduces a text's hidden states to one vector.
type Pooling string

const (
	Mean Pooling = "mean" // over all attended positions, special tokens included
	CLS  Pooling = "cls"  // the first position
	Max  Pooling = "max"  // over all attended positions; only modules.json names it
)

// ParsePooling reads a pooling by its name on the command line.
func ParsePooling(name string) (Pooling, error) {
	switch p := Pooling(name); p {
	case Mean, CLS:
		return p, nil
	}
	return "", fmt.Errorf("pooling %q is neither %s nor %s", name, Mean, CLS)
}

// EmbedRows returns the pooled last hidden states of n rows in their order, [n,
// hidden] row-major, not normalised (sentence-transformers' encode).
func (e *Encoder) EmbedRows(ctx context.Context, rows []Row, pooling Pooling) ([]float32, error) {
	if _, err := ParsePooling(string(pooling)); err != nil && pooling != Max {
		return nil, err
	}
	p, err := e.program("embed "+string(pooling), func(w model.Weights, in []*graph.Node) []*graph.Node {
		layers := e.Arch.Hidden(w, model.Inputs{IDs: in[0], Lengths: in[1]}, e.options())
		last := layers[len(layers)-1] // [batch, seq, hidden]
		if pooling == CLS {
			return []*graph.Node{graph.Squeeze(graph.SliceAxis(last, 1, graph.AxisElem(0)), 1)}
		}
		if pooling == Max {
			return []*graph.Node{nn.Maximum(last, in[1])}
		}
		return []*graph.Node{nn.Average(last, in[1])}
	})
	if err != nil {
		return nil, err
	}
	return e.collect(ctx, p, rows, e.Arch.Dimensions().Hidden)
}

// Embed returns [Encoder.EmbedRows] of texts. It computes texts that have the same
// tokens, once cut, only once, and gives them equal embeddings. cut counts the
// different texts that were longer than maxLength tokens (0: the model's limit).
func (e *Encoder) Embed(ctx context.Context, texts []string, pooling Pooling, maxLength int) (embeddings []float32, cut int, err error) {
	limit, err := e.MaxLength(maxLength)
	if err != nil {
		return nil, 0, err
	}
	different, text := distinct(texts, func(t string) string { return t })
	rows, cut, err := e.Tokenize(ctx, different, limit)
	if err != nil {
		return nil, 0, err
	}
	rows, row := distinct(rows, func(r Row) string { return fmt.Sprint(r.IDs) })
	once, err := e.EmbedRows(ctx, rows, pooling)
	if err != nil || len(rows) == len(texts) {
		return once, cut, err
	}
	width := e.Arch.Dimensions().Hidden
	embeddings = make([]float32, 0, len(texts)*width)
	for _, t := range text {
		k := row[t]
		embeddings = append(embeddings, once[k*width:(k+1)*width]...)
	}
	return embeddings, cut, nil
}

// distinct returns the items with different keys in the order of their first
// appearance, and for each item the index of its like among them.
func distinct[T any](items []T, key func(T) string) (once []T, which []int) {
	first := map[string]int{}
	which = make([]int, len(items))
	for i, item := range items {
		k, ok := first[key(item)]
		if !ok {
			k = len(once)
			first[key(item)] = k
			once = append(once, item)
		}
		which[i] = k
	}
	return once, which
}
