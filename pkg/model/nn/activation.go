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

// activations are transformers' ACT2FN by name.
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

// CheckActivation says whether an activation's name is known.
func CheckActivation(name string) error {
	if _, ok := activations[name]; !ok {
		known := slices.Sorted(maps.Keys(activations))
		return fmt.Errorf("activation %q is not supported, only %s", name, strings.Join(known, ", "))
	}
	return nil
}

// Activate applies the activation that transformers calls by this name. It
// computes in float32 and returns x's dtype.
func Activate(name string, x *Node) *Node {
	apply, ok := activations[name]
	if !ok {
		panic(CheckActivation(name))
	}
	return ConvertDType(apply(ConvertDType(x, dtypes.Float32)), x.DType())
}

// geluTanh is x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
func geluTanh(x *Node) *Node {
	cube := Mul(x, Mul(x, x))
	inner := MulScalar(Add(x, MulScalar(cube, 0.044715)), math.Sqrt(2/math.Pi))
	return Mul(MulScalar(x, 0.5), OnePlus(Tanh(inner)))
}

func silu(x *Node) *Node { return Mul(x, Sigmoid(x)) }
