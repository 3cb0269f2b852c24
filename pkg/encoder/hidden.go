package encoder

import (
	"cmp"
	"context"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/lengths"
	"llmjp.internal/modernbert/pkg/model"
)

// options returns how graphs are built. It panics where Options.Compute is wrong,
// which building a graph turns into an error.
func (e *Encoder) options() model.Options {
	opt, err := model.ParseCompute(cmp.Or(e.Options.Compute, "float32"))
	if err != nil {
		panic(err)
	}
	return opt
}

// Hidden calls visit with the hidden states of every row i, in the order of
// computation: layers[k] is [length, hidden] row-major, where k = 0 holds the
// embeddings and the last has passed the final norm. The slices are valid during the
// call. Values at padded positions mean nothing.
func (e *Encoder) Hidden(ctx context.Context, rows []Row, visit func(i int, layers [][]float32) error) error {
	p, err := e.program("hidden", func(w model.Weights, in []*graph.Node) []*graph.Node {
		return e.Arch.Hidden(w, model.Inputs{IDs: in[0], Lengths: in[1]}, e.options())
	})
	if err != nil {
		return err
	}
	return e.visitHidden(ctx, p, rows, visit)
}

// LastHidden calls visit with the last layer's hidden states. See [Encoder.Hidden].
func (e *Encoder) LastHidden(ctx context.Context, rows []Row, visit func(i int, hidden []float32) error) error {
	p, err := e.lastHidden()
	if err != nil {
		return err
	}
	return e.visitHidden(ctx, p, rows, func(i int, layers [][]float32) error { return visit(i, layers[0]) })
}

// lastHidden returns the program from a batch to the last hidden states.
func (e *Encoder) lastHidden() (*program, error) {
	return e.program("last hidden", func(w model.Weights, in []*graph.Node) []*graph.Node {
		layers := e.Arch.Hidden(w, model.Inputs{IDs: in[0], Lengths: in[1]}, e.options())
		return layers[len(layers)-1:]
	})
}

// visitHidden runs a program on the rows and calls visit with its outputs, [rows,
// length, hidden] each, row by row.
func (e *Encoder) visitHidden(ctx context.Context, p *program, rows []Row, visit func(i int, layers [][]float32) error) error {
	width := e.Arch.Dimensions().Hidden
	return e.run(ctx, p, rows, func(b lengths.Batch, outputs []*tensors.Tensor) error {
		return all(outputs, nil, func(values [][]float32) error {
			for k, i := range b.Rows {
				from, to := k*b.Length*width, (k*b.Length+len(rows[i].IDs))*width
				layers := make([][]float32, len(values))
				for l := range values {
					layers[l] = values[l][from:to]
					if err := e.finite(i, layers[l][:rows[i].attended()*width]); err != nil {
						return err
					}
				}
				if err := visit(i, layers); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// all calls read with the values of several tensors, which are valid during the call.
func all(ts []*tensors.Tensor, values [][]float32, read func([][]float32) error) error {
	if len(ts) == 0 {
		return read(values)
	}
	return floats(ts[0], func(x []float32) error { return all(ts[1:], append(values, x), read) })
}
