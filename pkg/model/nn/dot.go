package nn

import (
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// product is DotGeneral with sums in float32 and a result of dtype out.
//
// GoMLX's own backend (compute v0.1.6) multiplies bfloat16 matrices wrongly
// when the second one is transposed, and more slowly than float32: there the
// rounded values are multiplied as float32.
func product(a *Node, aContracting, aBatch []int, b *Node, bContracting, bBatch []int, out dtypes.DType) *Node {
	if !multipliesRounded(a) {
		a, b = float(a), float(b)
		return ConvertDType(DotGeneral(a, aContracting, aBatch, b, bContracting, bBatch), out)
	}
	return Dot(a, b).WithAccumulatorDType(dtypes.Float32).WithOutputDType(out).
		General(aContracting, aBatch, bContracting, bBatch)
}

// multipliesRounded says whether products with x are of rounded matrices.
func multipliesRounded(x *Node) bool {
	return x.DType() != dtypes.Float32 && !strings.HasPrefix(strings.ToLower(x.Graph().Backend().Name()), "go")
}

// onGPU says whether x is computed on a GPU. Tests compute what a GPU would.
var onGPU = func(x *Node) bool { return model.OnGPU(x.Graph().Backend()) }

// dot is a·b, dotTransposed a·bᵀ, transposedDot aᵀ·b, of the last two axes; the
// others are batch axes. dot's result has a's dtype, that of the others, and of
// dot32, is float32.
func dot(a, b *Node) *Node { return dotTo(a, b, a.DType()) }

func dot32(a, b *Node) *Node { return dotTo(a, b, dtypes.Float32) }

func dotTo(a, b *Node, dtype dtypes.DType) *Node {
	n := a.Rank()
	return product(a, []int{n - 1}, batchAxes(a), b, []int{n - 2}, batchAxes(b), dtype)
}

func dotTransposed(a, b *Node) *Node {
	n := a.Rank()
	return product(a, []int{n - 1}, batchAxes(a), b, []int{n - 1}, batchAxes(b), dtypes.Float32)
}

func transposedDot(a, b *Node) *Node {
	n, batch := a.Rank(), batchAxes(a)
	if !onGPU(a) && (multipliesRounded(a) || n > 2 && a.Shape().Dim(n-2) <= mostRowsCopied) {
		a, b = InsertAxes(a, n-2), InsertAxes(b, n-2)
		return product(a, []int{n - 2, n - 1}, batch, b, []int{n - 2, n - 1}, batch, dtypes.Float32)
	}
	return product(a, []int{n - 2}, batch, b, []int{n - 2}, batch, dtypes.Float32)
}

// mostRowsCopied is how many rows a float32 matrix of transposedDot may have for
// a copy to be worth it. Where two axes are contracted XLA's CPU compiler
// transposes by a copy, so that the faster of its two libraries can multiply,
// which wants the first matrix's last axis contracted; the other one transposes
// what it multiplies, and multiplies rounded matrices in float32. A step of
// training took 0.95 times as long with a copy at 1,024 and 2,048 rows, 1.2 times
// at 4,096, 1.3 times at 8,192.
const mostRowsCopied = 2048

func batchAxes(x *Node) []int {
	axes := make([]int, x.Rank()-2)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

func float(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }
