package model

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Values maps published names to weights on the host, row-major.
type Values map[string][]float32

// Draw draws every weight from its initial distribution. Each weight has its own
// random stream, keyed by (seed, name), so that its values depend neither on the
// order of the list nor on the other weights: an encoder with a new head has the
// same body for the same seed.
func Draw(params []Param, seed uint64) Values {
	values := make(Values, len(params))
	for _, p := range params {
		values[p.Name] = p.Draw(seed)
	}
	return values
}

// Draw draws one weight from its stream. See [Draw].
func (p Param) Draw(seed uint64) []float32 {
	out := make([]float32, p.Size())
	if p.Init.Std == 0 {
		for i := range out {
			out[i] = p.Init.Constant
		}
		return out
	}
	name := fnv.New64a()
	name.Write([]byte(p.Name))
	random := rand.New(rand.NewPCG(seed, name.Sum64()))
	for i := range out {
		x := random.NormFloat64()
		for p.Init.Cutoff > 0 && math.Abs(x) > p.Init.Cutoff {
			x = random.NormFloat64()
		}
		out[i] = float32(x * p.Init.Std)
	}
	return out
}

// Count returns the number of elements of all weights.
func Count(params []Param) int {
	n := 0
	for _, p := range params {
		n += p.Size()
	}
	return n
}

// Within returns the weights whose names begin with prefix, such as
// "model.layers.1.".
func Within(params []Param, prefix string) []Param {
	var within []Param
	for _, p := range params {
		if strings.HasPrefix(p.Name, prefix) {
			within = append(within, p)
		}
	}
	return within
}

// Upload copies a weight's values to a backend's first device, without a second
// copy on the host.
func (p Param) Upload(b compute.Backend, values []float32) (*tensors.Tensor, error) {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
	t, err := tensors.FromRaw(b, 0, shapes.Make(dtypes.Float32, p.Shape...), bytes)
	if err != nil {
		return nil, fmt.Errorf("weight %s: %w", p.Name, err)
	}
	return t, nil
}

// Check returns an error that names the first weight of params that v lacks or has
// in another size, or a weight of v that is not in params.
func (v Values) Check(params []Param) error {
	for _, p := range params {
		values, ok := v[p.Name]
		if !ok {
			return fmt.Errorf("weight %s %v is missing", p.Name, p.Shape)
		}
		if len(values) != p.Size() {
			return fmt.Errorf("weight %s has %d elements, its shape %v needs %d", p.Name, len(values), p.Shape, p.Size())
		}
	}
	if len(v) > len(params) {
		known := make(map[string]bool, len(params))
		for _, p := range params {
			known[p.Name] = true
		}
		for name := range v {
			if !known[name] {
				return fmt.Errorf("weight %s is not one of this model's", name)
			}
		}
	}
	return nil
}
