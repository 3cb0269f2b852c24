package encoder

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Classify returns a sequence classifier's scores before softmax, [n, labels]
// row-major, of n rows in their order. It is an error if the encoder has no
// classifier or a row does not fit the model.
func (e *Encoder) Classify(ctx context.Context, rows []Row) ([]float32, error) {
	if err := e.need(model.SequenceClassification); err != nil {
		return nil, err
	}
	p, err := e.program("classify", func(w model.Weights, nodes []*graph.Node) []*graph.Node {
		in := model.Inputs{IDs: nodes[0], Lengths: nodes[1], TypeIDs: nodes[2]}
		layers := e.Arch.Hidden(w, in, e.options())
		return []*graph.Node{e.Arch.Classify(w, layers[len(layers)-1], in, e.options())}
	})
	if err != nil {
		return nil, err
	}
	p.types = true
	return e.collect(ctx, p, rows, e.Arch.Dimensions().Labels)
}
