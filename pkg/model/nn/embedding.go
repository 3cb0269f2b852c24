package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Embed returns the rows of table [vocab, hidden] that ids [batch, seq] int32
// name: [batch, seq, hidden] float32. The row of pad (negative: none) gets no
// gradient from Embed, as with torch's padding_idx; a tied decoder still moves it.
func Embed(table, ids *Node, pad int) *Node {
	x := ConvertDType(Gather(table, InsertAxes(ids, -1)), dtypes.Float32)
	if pad < 0 {
		return x
	}
	padding := Equal(ids, Scalar(ids.Graph(), ids.DType(), pad))
	padding = BroadcastToDims(InsertAxes(padding, -1), x.Shape().Dimensions...)
	return Where(padding, StopGradient(x), x)
}
