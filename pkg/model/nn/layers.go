package nn

import (
	. "github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/model"
)

// Layers applies n layers one after the other. It returns x and every layer's
// output. With opt.Checkpoint each layer is computed again for its gradients.
func Layers(x *Node, n int, opt model.Options, layer func(i int, x *Node) *Node) []*Node {
	outputs := []*Node{x}
	for i := range n {
		if opt.Checkpoint {
			x = x.Checkpoint()
		}
		x = layer(i, x)
		outputs = append(outputs, x)
	}
	if opt.Checkpoint {
		outputs[n] = x.StopCheckpoint()
	}
	return outputs
}
