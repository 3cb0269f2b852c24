package golden

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// Backends returns the process's backend and GoMLX's own in Go, by kind.
func Backends(t *testing.T) map[string]compute.Backend {
	t.Helper()
	backends := map[string]compute.Backend{}
	for _, name := range []string{backend.Name(), backend.Default} {
		b, err := backend.OpenNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		backends[backend.Kind(b)] = b
	}
	return backends
}

// CheckParams compares an architecture's weights, names and shapes, with
// transformers'.
func (c Case) CheckParams(t *testing.T, arch model.Architecture) {
	t.Helper()
	got := map[string]string{}
	for _, p := range arch.Params(c.Head) {
		got[p.Name] = fmt.Sprint(p.Shape)
	}
	for name, tensor := range c.tensors {
		name, ok := strings.CutPrefix(name, "w/")
		if ok && got[name] != fmt.Sprint(tensor.shape) {
			t.Errorf("weight %s: shape %s, transformers has %v", name, got[name], tensor.shape)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("weight %s is unknown to transformers", name)
	}
}

// outputs maps names, as in the golden files, to what a model computed.
type outputs map[string][]float32

// compute returns the model's hidden states, scores, loss and gradients.
func (c Case) compute(t *testing.T, b compute.Backend, arch model.Architecture, opt model.Options) outputs {
	t.Helper()
	params := arch.Params(c.Head)
	inputs := []any{c.ints("ids"), c.ints("lengths"), c.labels(arch)}
	if _, ok := c.tensors["types"]; ok {
		inputs = append(inputs, c.ints("types"))
	} else {
		inputs = append(inputs, tensors.FromValue(int32(0)))
	}
	for _, p := range params {
		inputs = append(inputs, c.floats("w/"+p.Name))
	}
	layers := arch.Dimensions().Layers
	var names []string
	for i := range layers + 1 {
		names = append(names, fmt.Sprintf("hidden/%02d", i))
	}
	scores := "logits"
	if c.Head == model.Body {
		scores = "pooled"
	}
	names = append(names, scores, "loss")
	for _, p := range params {
		names = append(names, "g/"+p.Name)
	}
	exec, err := graph.NewExec(b, func(nodes []*graph.Node) []*graph.Node {
		in := model.Inputs{IDs: nodes[0], Lengths: nodes[1]}
		if nodes[3].Rank() == 2 {
			in.TypeIDs = nodes[3]
		}
		w := model.Bind(params, nodes[4:])
		hidden := arch.Hidden(w, in, opt)
		scores, loss := c.loss(arch, w, in, hidden[layers], nodes[2], opt)
		return slices.Concat(hidden, []*graph.Node{scores, loss}, graph.Gradient(loss, nodes[4:]...))
	})
	if err != nil {
		t.Fatal(err)
	}
	results, err := exec.Exec(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	out := outputs{}
	for i, name := range names {
		out[name] = tensors.MustCopyFlatData[float32](results[i])
	}
	return out
}

// A pooler is an architecture whose body has a pooled output (BERT).
type pooler interface {
	Pool(w model.Weights, hidden *graph.Node, opt model.Options) *graph.Node
}

// loss builds the scores and the loss that golden.py derives: the model's own, or
// for a bare body a sum that depends on all its outputs.
func (c Case) loss(arch model.Architecture, w model.Weights, in model.Inputs, hidden, labels *graph.Node, opt model.Options) (scores, loss *graph.Node) {
	dims := hidden.Shape().Dimensions
	switch c.Head {
	case model.MaskedLM:
		decoder := arch.MaskedLM(w, graph.Reshape(hidden, dims[0]*dims[1], dims[2]), opt)
		scores = nn.Scores(decoder)
		labels = graph.Reshape(labels, dims[0]*dims[1])
		chosen := graph.GreaterOrEqual(labels, graph.ScalarZero(labels.Graph(), labels.DType()))
		weights := graph.ConvertDType(chosen, scores.DType())
		sum, count, _ := nn.MaskedLMLoss(decoder, graph.Max(labels, graph.ZerosLike(labels)), weights)
		return graph.Reshape(scores, dims[0], dims[1], -1), graph.Div(sum, count)
	case model.SequenceClassification:
		scores = arch.Classify(w, hidden, in, opt)
		sum, count := nn.ClassifierLoss(arch.Dimensions().Problem, scores, labels, nil)
		return scores, graph.Div(sum, count)
	}
	scores = arch.(pooler).Pool(w, hidden, opt)
	attended := graph.Mul(hidden, graph.InsertAxes(graph.ConvertDType(labels, hidden.DType()), -1))
	return scores, graph.Add(graph.ReduceAllSum(graph.Square(scores)), graph.ReduceAllSum(attended))
}

// labels returns the tensor that the loss compares with; for a bare body the mask of
// attended positions.
func (c Case) labels(arch model.Architecture) *tensors.Tensor {
	switch {
	case c.Head == model.Body:
		lengths, shape := c.tensors["lengths"].data, c.tensors["ids"].shape
		mask := make([]float32, shape[0]*shape[1])
		for i := range mask {
			if i%shape[1] < int(lengths[i/shape[1]]) {
				mask[i] = 1
			}
		}
		return tensors.FromFlatDataAndDimensions(mask, shape...)
	case arch.Dimensions().Problem == model.Regression:
		labels := c.tensors["labels"]
		return tensors.FromFlatDataAndDimensions(labels.data, len(labels.data), 1)
	case arch.Dimensions().Problem == model.MultiLabel:
		return c.floats("labels")
	}
	return c.ints("labels")
}
