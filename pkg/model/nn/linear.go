// Package nn holds the pieces that the encoders are built of, as functions on
// graph nodes: linear maps, layer norm, activations, attention. Matrix products
// run in the dtype of their input; norms, activations and softmax in float32.
package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	gomlxnn "github.com/gomlx/gomlx/ml/nn"
)

// Linear is x·weightᵀ + bias, as torch's nn.Linear. x is [..., in], weight
// [out, in], bias [out] or nil; the result [..., out] has x's dtype.
func Linear(x, weight, bias *Node) *Node {
	weight = ConvertDType(weight, x.DType())
	y := product(x, []int{x.Rank() - 1}, nil, weight, []int{1}, nil, x.DType())
	if bias != nil {
		bias = ConvertDType(bias, x.DType())
		y = Add(y, ExpandLeftToRank(bias, y.Rank()))
	}
	return y
}

// LayerNorm normalises the last axis in float32. weight and bias are [hidden];
// bias may be nil.
func LayerNorm(x, weight, bias *Node, eps float64) *Node {
	x = ConvertDType(x, dtypes.Float32)
	return gomlxnn.LayerNorm(x, []int{x.Rank() - 1}, eps, weight, bias, nil)
}
