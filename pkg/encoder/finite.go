package encoder

import "fmt"

// NotFinite is the error for a model that gives NaN or infinity: its weights
// have grown beyond what float32 or the compute dtype holds.
type NotFinite struct {
	Model string
	Input int // its number, from 0
}

// Error names the row and the model.
func (n *NotFinite) Error() string {
	return fmt.Sprintf("model %s gives NaN or infinity for input %d: its weights have overflowed; take an earlier checkpoint, or its weights in float32", n.Model, n.Input)
}

// finite refuses values of an input of which one is NaN or infinite.
func (e *Encoder) finite(input int, values []float32) error {
	for _, x := range values {
		if x-x != 0 { // NaN for both
			return &NotFinite{e.Name, input}
		}
	}
	return nil
}
