package encoder

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// Pooling makes one vector of a text's hidden states.
type Pooling string

const (
	Mean Pooling = "mean" // over all attended positions, special tokens included
	CLS  Pooling = "cls"  // the first position
)

// ParsePooling reads a pooling by its name.
func ParsePooling(name string) (Pooling, error) {
	switch p := Pooling(name); p {
	case Mean, CLS:
		return p, nil
	}
	return "", fmt.Errorf("pooling %q is neither %s nor %s", name, Mean, CLS)
}

// EmbedRows gives [n, hidden] row-major: the pooled last hidden states of n
// rows in their order, not normalised (sentence-transformers' encode).
func (e *Encoder) EmbedRows(ctx context.Context, rows []Row, pooling Pooling) ([]float32, error) {
	if _, err := ParsePooling(string(pooling)); err != nil {
		return nil, err
	}
	p, err := e.program("embed "+string(pooling), func(w model.Weights, in []*graph.Node) []*graph.Node {
		layers := e.Arch.Hidden(w, model.Inputs{IDs: in[0], Lengths: in[1]}, e.options())
		last := layers[len(layers)-1] // [batch, seq, hidden]
		if pooling == CLS {
			return []*graph.Node{graph.Squeeze(graph.SliceAxis(last, 1, graph.AxisElem(0)), 1)}
		}
		return []*graph.Node{nn.Average(last, in[1])}
	})
	if err != nil {
		return nil, err
	}
	width := e.Arch.Dimensions().Hidden
	out := make([]float32, len(rows)*width)
	err = e.run(ctx, p, rows, func(b batch, outputs []*tensors.Tensor) error {
		return floats(outputs[0], func(values []float32) error {
			for k, i := range b.inputs {
				copy(out[i*width:(i+1)*width], values[k*width:])
			}
			return nil
		})
	})
	return out, err
}

// Embed is [Encoder.EmbedRows] for texts, each distinct one computed once, so
// that equal texts have equal embeddings. cut is the number of texts that were
// longer than maxLength tokens (0: what the model takes).
func (e *Encoder) Embed(ctx context.Context, texts []string, pooling Pooling, maxLength int) (embeddings []float32, cut int, err error) {
	limit, err := e.MaxLength(maxLength)
	if err != nil {
		return nil, 0, err
	}
	first := map[string]int{}
	var distinct []string
	which := make([]int, len(texts))
	for i, t := range texts {
		k, ok := first[t]
		if !ok {
			k = len(distinct)
			first[t] = k
			distinct = append(distinct, t)
		}
		which[i] = k
	}
	rows, cut, err := e.Tokenize(ctx, distinct, limit)
	if err != nil {
		return nil, 0, err
	}
	once, err := e.EmbedRows(ctx, rows, pooling)
	if err != nil || len(distinct) == len(texts) {
		return once, cut, err
	}
	width := e.Arch.Dimensions().Hidden
	embeddings = make([]float32, 0, len(texts)*width)
	for _, k := range which {
		embeddings = append(embeddings, once[k*width:(k+1)*width]...)
	}
	return embeddings, cut, nil
}
