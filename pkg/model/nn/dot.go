package nn

import (
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// product is DotGeneral with sums in float32 and a result of dtype out.
//
// GoMLX's own backend (compute v0.1.6) multiplies bfloat16 matrices wrongly
// when the second one is transposed, and more slowly than float32: there the
// rounded values are multiplied as float32.
func product(a *Node, aContracting, aBatch []int, b *Node, bContracting, bBatch []int, out dtypes.DType) *Node {
	if a.DType() == dtypes.Float32 || strings.HasPrefix(strings.ToLower(a.Graph().Backend().Name()), "go") {
		a, b = float(a), float(b)
		return ConvertDType(DotGeneral(a, aContracting, aBatch, b, bContracting, bBatch), out)
	}
	return Dot(a, b).WithAccumulatorDType(dtypes.Float32).WithOutputDType(out).
		General(aContracting, aBatch, bContracting, bBatch)
}

// dot is a·b, dotTransposed a·bᵀ in float32, transposedDot aᵀ·b in float32, of
// the last two axes; the others are batch axes.
func dot(a, b *Node) *Node {
	n := a.Rank()
	return product(a, []int{n - 1}, batchAxes(a), b, []int{n - 2}, batchAxes(b), a.DType())
}

func dotTransposed(a, b *Node) *Node {
	n := a.Rank()
	return product(a, []int{n - 1}, batchAxes(a), b, []int{n - 1}, batchAxes(b), dtypes.Float32)
}

func transposedDot(a, b *Node) *Node {
	n := a.Rank()
	return product(a, []int{n - 2}, batchAxes(a), b, []int{n - 2}, batchAxes(b), dtypes.Float32)
}

func batchAxes(x *Node) []int {
	axes := make([]int, x.Rank()-2)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

func float(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }
