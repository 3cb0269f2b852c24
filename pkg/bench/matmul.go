package bench

import (
	"context"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
)

// matmulSize is the edge of the square matrices whose product is timed: large
// enough that a machine reaches its peak.
const matmulSize = 2048

// matmul is one product of two matrices; its value is the mean of the product.
func (j Job) matmul() (*work, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	operand := func(row, column int) (*tensors.Tensor, error) { // (row·i + column·j) mod 11 / 11
		flat := make([]float32, matmulSize*matmulSize)
		for i := range flat {
			flat[i] = float32((row*(i/matmulSize)+column*(i%matmulSize))%11) / 11
		}
		return graph.ExecOnce(b, func(x *graph.Node) *graph.Node { return graph.ConvertDType(x, j.options().DType()) },
			tensors.FromFlatDataAndDimensions(flat, matmulSize, matmulSize))
	}
	x, err := operand(7, 3)
	if err != nil {
		return nil, err
	}
	y, err := operand(5, 2)
	if err != nil {
		return nil, err
	}
	exec, err := graph.NewExec(b, func(x, y *graph.Node) *graph.Node { return graph.Dot(x, y).Product() })
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
	n := float64(matmulSize)
	value := 0.0 // the same at every step: computed once
	return &work{
		units: 2 * n * n * n, close: func() { finalize([]*tensors.Tensor{x, y}) },
		step: func(context.Context) (float64, error) {
			product, err := exec.Exec1(x, y)
			if err != nil {
				return 0, err
			}
			defer product.FinalizeAll()
			if value == 0 {
				m, err := mean.Exec1(product)
				if err != nil {
					return 0, err
				}
				value = float64(tensors.ToScalar[float32](m))
			}
			return value, nil
		},
	}, nil
}
