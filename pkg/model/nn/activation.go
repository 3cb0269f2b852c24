package nn

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// activations maps the names of transformers' ACT2FN to functions.
var activations = map[string]func(*Node) *Node{
	"gelu":              activation.Gelu,
	"gelu_python":       activation.Gelu,
	"gelu_new":          geluTanh,
	"gelu_fast":         geluTanh,
	"gelu_accurate":     geluTanh,
	"gelu_python_tanh":  geluTanh,
	"gelu_pytorch_tanh": geluTanh,
	"silu":              silu,
	"swish":             silu,
	"relu":              func(x *Node) *Node { return Max(x, ZerosLike(x)) },
	"tanh":              Tanh,
}

// CheckActivation returns an error that lists the known names if name is none of
// them.
func CheckActivation(name string) error {
	if _, ok := activations[name]; !ok {
		known := slices.Sorted(maps.Keys(activations))
		return fmt.Errorf("activation %q is not supported, only %s", name, strings.Join(known, ", "))
	}
	return nil
}

// Activate applies the activation that transformers calls name to x, of any
// shape. It computes in float32 and returns x's dtype. It panics on an unknown
// name.
func Activate(name string, x *Node) *Node {
	apply, ok := activations[name]
	if !ok {
		panic(CheckActivation(name))
	}
	return ConvertDType(apply(ConvertDType(x, dtypes.Float32)), x.DType())
}

// geluTanh returns x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
func geluTanh(x *Node) *Node {
	cube := Mul(x, Mul(x, x))
	inner := MulScalar(Add(x, MulScalar(cube, 0.044715)), math.Sqrt(2/math.Pi))
	return Mul(MulScalar(x, 0.5), OnePlus(Tanh(inner)))
}

// silu returns x·sigmoid(x).
func silu(x *Node) *Node { return Mul(x, Sigmoid(x)) }
