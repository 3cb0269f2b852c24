package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/backend/kind"
)

// product computes DotGeneral with float32 sums and returns dtype out.
//
// On GoMLX's Go backend it multiplies bfloat16 values as float32: that backend
// (compute v0.1.6) multiplies bfloat16 matrices wrongly when the second one is
// transposed, and more slowly than float32.
func product(a *Node, aContracting, aBatch []int, b *Node, bContracting, bBatch []int, out dtypes.DType) *Node {
	if !multipliesRounded(a) {
		a, b = toFloat32(a), toFloat32(b)
		return ConvertDType(DotGeneral(a, aContracting, aBatch, b, bContracting, bBatch), out)
	}
	return Dot(a, b).WithAccumulatorDType(dtypes.Float32).WithOutputDType(out).
		General(aContracting, aBatch, bContracting, bBatch)
}

// multipliesRounded reports whether product multiplies x in bfloat16.
func multipliesRounded(x *Node) bool {
	return x.DType() != dtypes.Float32 && kind.Of(x.Graph().Backend()) != kind.Go
}

// onGPU reports whether x is computed on a GPU. Tests replace it to build a GPU's
// graph on another backend.
var onGPU = func(x *Node) bool { return kind.Of(x.Graph().Backend()) == kind.CUDA }

// dot returns a·b over the last two axes, in a's dtype; the other axes are batch
// axes.
func dot(a, b *Node) *Node { return dotTo(a, b, a.DType()) }

// dot32 returns [dot] in float32.
func dot32(a, b *Node) *Node { return dotTo(a, b, dtypes.Float32) }

// dotTo returns [dot] in dtype.
func dotTo(a, b *Node, dtype dtypes.DType) *Node {
	n := a.Rank()
	return product(a, []int{n - 1}, batchAxes(a), b, []int{n - 2}, batchAxes(b), dtype)
}

// dotTransposed returns a·bᵀ over the last two axes in float32.
func dotTransposed(a, b *Node) *Node {
	n := a.Rank()
	return product(a, []int{n - 1}, batchAxes(a), b, []int{n - 1}, batchAxes(b), dtypes.Float32)
}

// transposedDot returns aᵀ·b over the last two axes in float32. See
// mostRowsCopied for the size-1 axis that it may insert.
func transposedDot(a, b *Node) *Node {
	n, batch := a.Rank(), batchAxes(a)
	if !onGPU(a) && (multipliesRounded(a) || n > 2 && a.Shape().Dim(n-2) <= mostRowsCopied) {
		a, b = InsertAxes(a, n-2), InsertAxes(b, n-2)
		return product(a, []int{n - 2, n - 1}, batch, b, []int{n - 2, n - 1}, batch, dtypes.Float32)
	}
	return product(a, []int{n - 2}, batch, b, []int{n - 2}, batch, dtypes.Float32)
}

// mostRowsCopied is the number of rows up to which transposedDot has XLA copy a
// float32 matrix. XLA's CPU compiler has two libraries. The faster one needs the
// first matrix's last axis contracted; contracting two axes makes the compiler
// transpose by a copy and use it. The other one transposes as it multiplies, and
// multiplies bfloat16 matrices in float32. With the copy a training step took
// 0.95 times as long at 1,024 and 2,048 rows, 1.2 times at 4,096, 1.3 times at
// 8,192.
const mostRowsCopied = 2048

// batchAxes lists all of x's axes but the last two.
func batchAxes(x *Node) []int {
	axes := make([]int, x.Rank()-2)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// toFloat32 converts x to float32.
func toFloat32(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }
