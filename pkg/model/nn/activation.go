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

// activations maps the names of transformers' ACT2FN to functions: all but prelu
// and xielu, which have weights of their own.
var activations = map[string]func(*Node) *Node{
	"gelu":              activation.Gelu,
	"gelu_python":       activation.Gelu,
	"gelu_new":          geluTanh,
	"gelu_fast":         geluTanh,
	"gelu_accurate":     geluTanh,
	"gelu_python_tanh":  geluTanh,
	"gelu_pytorch_tanh": geluTanh,
	"gelu_10":           func(x *Node) *Node { return ClipScalar(activation.Gelu(x), -10, 10) },
	"quick_gelu":        func(x *Node) *Node { return Mul(x, Sigmoid(MulScalar(x, 1.702))) },
	"silu":              silu,
	"swish":             silu,
	"relu":              relu,
	"relu2":             func(x *Node) *Node { return Square(relu(x)) },
	"relu6":             func(x *Node) *Node { return ClipScalar(x, 0, 6) },
	"leaky_relu":        func(x *Node) *Node { return Max(x, MulScalar(x, 0.01)) },
	"hardswish":         func(x *Node) *Node { return Mul(x, DivScalar(ClipScalar(AddScalar(x, 3), 0, 6), 6)) },
	"mish":              func(x *Node) *Node { return Mul(x, Tanh(softplus(x))) },
	"laplace":           laplace,
	"sqrtsoftplus":      func(x *Node) *Node { return Sqrt(softplus(x)) },
	"sigmoid":           Sigmoid,
	"tanh":              Tanh,
	"linear":            Identity,
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

// relu returns max(x, 0).
func relu(x *Node) *Node { return Max(x, ZerosLike(x)) }

// softplus returns log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-|x|)).
func softplus(x *Node) *Node { return Add(relu(x), Log1P(Exp(Neg(Abs(x))))) }

// laplace returns MEGA's (1 + erf((x-μ)/(σ√2)))/2, μ = √½, σ = √(1/4π).
func laplace(x *Node) *Node {
	return MulScalar(OnePlus(Erf(DivScalar(AddScalar(x, -0.707107), 0.282095*math.Sqrt2))), 0.5)
}

// silu returns x·sigmoid(x).
func silu(x *Node) *Node { return Mul(x, Sigmoid(x)) }
