package encoder

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/lengths"
	"llmjp.internal/modernbert/pkg/model"
)

// Graph computes a graph of the caller's own, made of the model's weights and one
// row, and returns its float32 outputs, row-major. It compiles the graph at every
// call. It is an error if the row does not fit the model or the graph cannot be built.
func (e *Encoder) Graph(row Row, build func(w model.Weights, in model.Inputs) []*graph.Node) ([][]float32, error) {
	if err := e.Check(row); err != nil {
		return nil, err
	}
	p, err := e.compile("graph", func(w model.Weights, in []*graph.Node) []*graph.Node {
		return build(w, model.Inputs{IDs: in[0], Lengths: in[1], TypeIDs: in[2]})
	})
	if err != nil {
		return nil, err
	}
	defer p.exec.Finalize()
	inputs := e.inputs([]Row{row}, lengths.Batch{Rows: []int{0}, Height: 1, Length: len(row.IDs)}, true)
	defer free(inputs...)
	outputs, err := p.call(inputs...)
	if err != nil {
		return nil, err
	}
	defer free(outputs...)
	values := make([][]float32, len(outputs))
	for i, output := range outputs {
		if values[i], err = tensors.CopyFlatData[float32](output); err != nil {
			return nil, err
		}
	}
	return values, nil
}
