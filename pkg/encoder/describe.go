package encoder

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/model"
)

// String describes the model in a line: its sizes, its greatest length in tokens,
// and its parameters with its head.
func (e *Encoder) String() string {
	d := e.Arch.Dimensions()
	return fmt.Sprintf("%d layers of width %d, a vocabulary of %d, texts of up to %d tokens, %.1f million parameters",
		d.Layers, d.Hidden, d.Vocab, d.MaxLength, float64(model.Count(e.params))/1e6)
}
