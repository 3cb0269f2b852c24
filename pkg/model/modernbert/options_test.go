package modernbert

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/internal/golden"
)

// small returns a config that compiles quickly, with weights so large that every layer
// matters.
func small() *Config {
	c := Base()
	c.Vocab, c.HiddenSize, c.Intermediate, c.Layers, c.Heads, c.LocalAttention = 61, 32, 24, 4, 2, 20
	c.InitRange, c.InitCutoff = 0.3, 0
	return c
}

// last computes the final hidden state of two rows of 90 and 70 tokens.
func last(t *testing.T, backendName string, c *Config, opt model.Options, dropout uint64) (*tensors.Tensor, error) {
	t.Helper()
	b, err := backend.OpenNamed(backendName)
	if err != nil {
		t.Fatal(err)
	}
	params := c.Params(model.Body)
	values := model.Draw(params, 7)
	ids := make([]int32, 2*90)
	for i := range ids {
		ids[i] = int32(i * 17 % c.Vocab)
	}
	inputs := []any{tensors.FromFlatDataAndDimensions(ids, 2, 90), tensors.FromValue([]int32{90, 70}), tensors.FromValue([]uint64{dropout, 2, 3})}
	for _, p := range params {
		inputs = append(inputs, tensors.FromFlatDataAndDimensions(values[p.Name], p.Shape...))
	}
	exec, err := graph.NewExec(b, func(nodes []*graph.Node) *graph.Node {
		in := model.Inputs{IDs: nodes[0], Lengths: nodes[1]}
		if dropout > 0 {
			in.Dropout = &model.Dropout{State: nodes[2]}
		}
		return c.Hidden(model.Bind(params, nodes[3:]), in, opt)[c.Layers]
	})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := exec.Exec(inputs...)
	if err != nil {
		return nil, err
	}
	return outputs[0], nil
}

func TestFlashIsNeverSilent(t *testing.T) {
	for _, name := range []string{backend.Default, backend.Name()} {
		b, err := backend.OpenNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		if backend.Kind(b) == "xla:cuda" {
			continue
		}
		_, err = last(t, name, small(), model.Options{Attention: "flash", Compute: "bfloat16"}, 0)
		if err == nil || !strings.Contains(err.Error(), "flash") {
			t.Errorf("%s: error %v, want one about flash", name, err)
		}
	}
	for option, opt := range map[string]model.Options{"fast": {Attention: "fast"}, "float8": {Compute: "float8"}} {
		if _, err := last(t, backend.Default, small(), opt, 0); err == nil || !strings.Contains(err.Error(), option) {
			t.Errorf("option %s: error %v", option, err)
		}
	}
}

// TestBFloat16 wants bfloat16 matrix products near float32: each rounds to 8 bits.
func TestBFloat16(t *testing.T) {
	for kind := range golden.Backends(t) {
		name := map[bool]string{true: backend.Default, false: backend.Name()}[kind == "go"]
		exact, err := last(t, name, small(), model.Options{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, attention := range []string{"", "blocks"} {
			rounded, err := last(t, name, small(), model.Options{Compute: "bfloat16", Attention: attention}, 0)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			a, b := tensors.MustCopyFlatData[float32](exact), tensors.MustCopyFlatData[float32](rounded)
			var squares, size float64
			for i := range a {
				squares += math.Pow(float64(a[i]-b[i]), 2)
				size += math.Pow(float64(a[i]), 2)
			}
			if relative := math.Sqrt(squares / size); !(relative > 1e-5 && relative < 0.03) {
				t.Errorf("%s, attention %q: bfloat16 is off by %.3g of the norm", kind, attention, relative)
			}
		}
	}
}

// TestDropout wants every rate to change the result, the same state to repeat
// it, another to change it, and evaluation to ignore the rates.
func TestDropout(t *testing.T) {
	run := func(c *Config, state uint64) []float32 {
		out, err := last(t, backend.Default, c, model.Options{}, state)
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float32](out)
	}
	same := func(a, b []float32) bool {
		for i := range a {
			if a[i] != b[i] {
				return false
			}
		}
		return true
	}
	plain := run(small(), 0)
	if !same(plain, run(small(), 1)) {
		t.Error("a dropout state changes a model whose rates are 0")
	}
	for name, set := range map[string]func(*Config){
		"attention": func(c *Config) { c.AttentionDropout = 0.1 },
		"embedding": func(c *Config) { c.EmbeddingDropout = 0.1 },
		"mlp":       func(c *Config) { c.MLPDropout = 0.1 },
	} {
		c := small()
		set(c)
		first := run(c, 1)
		switch {
		case same(first, plain):
			t.Errorf("%s: no effect", name)
		case !same(first, run(c, 1)):
			t.Errorf("%s: the same state gives another result", name)
		case same(first, run(c, 2)):
			t.Errorf("%s: another state gives the same result", name)
		case !same(plain, run(c, 0)):
			t.Errorf("%s: evaluation drops", name)
		}
	}
}
