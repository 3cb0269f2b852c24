package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Embed looks up rows of table [vocab, hidden] by ids [batch, seq] int32:
// [batch, seq, hidden] float32. The row of pad (negative: none) gets no
// gradient from here, as torch's padding_idx; a tied decoder still moves it.
func Embed(table, ids *Node, pad int) *Node {
	x := ConvertDType(Gather(table, InsertAxes(ids, -1)), dtypes.Float32)
	if pad < 0 {
		return x
	}
	padding := Equal(ids, Scalar(ids.Graph(), ids.DType(), pad))
	padding = BroadcastToDims(InsertAxes(padding, -1), x.Shape().Dimensions...)
	return Where(padding, StopGradient(x), x)
}
