package checkpoint

import (
	"fmt"
	"math"
	"path"
	"slices"

	"llmjp.internal/modernbert/pkg/input"
)

// Dense is a layer behind the pooling of a sentence-transformers model:
// act(Weight·x + Bias).
type Dense struct {
	In, Out    int
	Weight     []float32 // [Out, In]
	Bias       []float32 // [Out], nil for none
	Activation string    // torch's class
}

// activations are those of torch that a Dense module may name.
var activations = map[string]func(x float64) float64{
	"torch.nn.modules.linear.Identity":       func(x float64) float64 { return x },
	"torch.nn.modules.activation.Tanh":       math.Tanh,
	"torch.nn.modules.activation.ReLU":       func(x float64) float64 { return max(x, 0) },
	"torch.nn.modules.activation.Sigmoid":    func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"torch.nn.modules.activation.SiLU":       func(x float64) float64 { return x / (1 + math.Exp(-x)) },
	"torch.nn.modules.activation.GELU":       func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) },
	"torch.nn.modules.activation.LogSigmoid": func(x float64) float64 { return min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) },
}

// readDense reads a Dense module from its folder.
func readDense(dir, folder string) (*Dense, error) {
	var config struct {
		In         int     `json:"in_features"`
		Out        int     `json:"out_features"`
		Bias       *bool   `json:"bias"`
		Activation *string `json:"activation_function"`
		From       *string `json:"module_input_name"`
		To         *string `json:"module_output_name"`
		Residual   bool    `json:"use_residual"`
	}
	name := path.Join(folder, moduleConfig)
	if err := decodeInside(dir, name, &config); err != nil {
		return nil, err
	}
	d := &Dense{In: config.In, Out: config.Out, Activation: "torch.nn.modules.activation.Tanh"}
	if config.Activation != nil {
		d.Activation = *config.Activation
	}
	const embedding = "sentence_embedding"
	switch {
	case d.In < 1 || d.Out < 1 || d.In > 1<<20 || d.Out > 1<<20:
		return nil, fmt.Errorf("%s: in_features %d and out_features %d are not both within 1 … %d", name, d.In, d.Out, 1<<20)
	case activations[d.Activation] == nil:
		return nil, fmt.Errorf("%s: field %q: %q is not supported", name, "activation_function", d.Activation)
	case config.Residual:
		return nil, fmt.Errorf("%s: field %q: true is not supported", name, "use_residual")
	case config.From != nil && *config.From != embedding || config.To != nil && *config.To != embedding:
		return nil, fmt.Errorf("%s: only %s is read and written", name, embedding)
	}
	weights := path.Join(folder, WeightsFile)
	if _, err := input.Inside(dir, weights); err != nil {
		return nil, fmt.Errorf("%w (a Dense module in pytorch_model.bin is not read: save the model again with sentence-transformers)", err)
	}
	f, err := OpenFile(path.Join(dir, weights))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if d.Weight, err = f.vector("linear.weight", d.Out, d.In); err != nil {
		return nil, err
	}
	if config.Bias == nil || *config.Bias {
		d.Bias, err = f.vector("linear.bias", d.Out)
	}
	return d, err
}

// vector reads a tensor of a given shape whose values are finite.
func (f *File) vector(name string, shape ...int) ([]float32, error) {
	info, ok := f.Info(name)
	if !ok || !slices.Equal(info.Shape, shape) {
		return nil, fmt.Errorf("%s: tensor %q of shape %v is needed, it has %v", f.path, name, shape, info.Shape)
	}
	x, err := f.Float32s(name)
	if err == nil && notFinite(x) >= 0 {
		err = fmt.Errorf("%s: tensor %q holds NaN or infinity", f.path, name)
	}
	return x, err
}

// Apply computes what stands behind the pooling: rows [n, width] become
// [n, out].
func (s *Sentence) Apply(rows []float32, width int) (out []float32, outWidth int, err error) {
	for _, d := range s.Dense {
		if d == nil {
			rows = normalized(rows, width)
			continue
		}
		if d.In != width {
			return nil, 0, fmt.Errorf("a Dense module takes %d numbers, the embeddings have %d", d.In, width)
		}
		rows, width = d.apply(rows), d.Out
	}
	return rows, width, nil
}

// apply returns the layer's output for rows, row-major.
func (d *Dense) apply(rows []float32) []float32 {
	act, out := activations[d.Activation], make([]float32, 0, len(rows)/d.In*d.Out)
	for x := range slices.Chunk(rows, d.In) {
		for k := range d.Out {
			sum := 0.0
			if d.Bias != nil {
				sum = float64(d.Bias[k])
			}
			for j, w := range d.Weight[k*d.In : (k+1)*d.In] {
				sum += float64(w) * float64(x[j])
			}
			out = append(out, float32(act(sum)))
		}
	}
	return out
}

// normalized divides each row by its length, which is not taken below 1e-12.
func normalized(rows []float32, width int) []float32 {
	out := make([]float32, 0, len(rows))
	for row := range slices.Chunk(rows, width) {
		squares := 0.0
		for _, x := range row {
			squares += float64(x) * float64(x)
		}
		length := max(math.Sqrt(squares), 1e-12)
		for _, x := range row {
			out = append(out, float32(float64(x)/length))
		}
	}
	return out
}
