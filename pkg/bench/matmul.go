package bench

import (
	"context"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
)

// matmul returns the work of multiplying the same two matrices several times;
// its value is the mean of the product.
func (j Job) matmul() (*work, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	size, count := j.Products.Size, j.Products.Count
	operand := func(row, column int) (*tensors.Tensor, error) { // (row·i + column·j) mod 11 / 11
		flat := make([]float32, size*size)
		for i := range flat {
			flat[i] = float32((row*(i/size)+column*(i%size))%11) / 11
		}
		return graph.ExecOnce(b, func(x *graph.Node) *graph.Node { return graph.ConvertDType(x, j.options().DType()) },
			tensors.FromFlatDataAndDimensions(flat, size, size))
	}
	x, err := operand(7, 3)
	if err != nil {
		return nil, err
	}
	y, err := operand(5, 2)
	if err != nil {
		return nil, err
	}
	multiply, err := graph.NewExec(b, func(x, y *graph.Node) *graph.Node { return graph.Dot(x, y).Product() })
	if err != nil {
		return nil, err
	}
	mean, err := graph.NewExec(b, func(x *graph.Node) *graph.Node {
		x = graph.ConvertDType(x, dtypes.Float32)
		return graph.ReduceAllMean(graph.ReduceMean(x, 0))
	})
	if err != nil {
		return nil, err
	}
	corner, err := graph.NewExec(b, func(x *graph.Node) *graph.Node {
		return graph.ConvertDType(graph.Reshape(graph.Slice(x, graph.AxisElem(0), graph.AxisElem(0))), dtypes.Float32)
	})
	if err != nil {
		return nil, err
	}
	// products multiplies and waits for the last product by reading one number of it.
	products := func(count int, read *graph.Exec) (float32, error) {
		for {
			product, err := multiply.Exec1(x, y)
			if err != nil {
				return 0, err
			}
			if count--; count > 0 {
				_ = product.FinalizeAll() // its memory is free once it is computed
				continue
			}
			defer product.FinalizeAll()
			number, err := read.Exec1(product)
			if err != nil {
				return 0, err
			}
			return tensors.ToScalar[float32](number), nil
		}
	}
	value, err := products(1, mean)
	if err != nil {
		return nil, err
	}
	n := float64(size)
	return &work{
		units: float64(count) * 2 * n * n * n, close: func() { finalize([]*tensors.Tensor{x, y}) },
		step: func(context.Context) (float64, error) {
			_, err := products(count, corner)
			return float64(value), err
		},
	}, nil
}
