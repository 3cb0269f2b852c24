// Package golden checks an architecture against numbers that transformers
// computed (pkg/model/testdata/golden.py).
package golden

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
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

// Tolerances, in standard deviations of the tensor that is compared.
const (
	Forward  = 1e-4
	Gradient = 1e-3
)

// Case is one golden file.
type Case struct {
	Name         string
	Given, Saved []byte // config.json as written by hand, and as transformers saves it
	Head         model.Head
	tensors      map[string]tensor
}

type tensor struct {
	shape []int
	data  []float32
}

// Cases reads all cases whose name begins with prefix.
func Cases(t *testing.T, prefix string) []Case {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", prefix+"*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files %s: %v", prefix, err)
	}
	var cases []Case
	for _, file := range files {
		var configs struct{ Given, Saved json.RawMessage }
		data, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(data, &configs)
		}
		if err != nil {
			t.Fatal(err)
		}
		var class struct{ Architectures []string }
		if err := json.Unmarshal(configs.Given, &class); err != nil {
			t.Fatal(err)
		}
		c := Case{Name: strings.TrimSuffix(filepath.Base(file), ".json"), Given: configs.Given, Saved: configs.Saved}
		prefix := ""
		switch name := class.Architectures[0]; {
		case strings.HasSuffix(name, "ForMaskedLM"):
			c.Head = model.MaskedLM
		case strings.HasSuffix(name, "ForSequenceClassification"):
			c.Head = model.SequenceClassification
		default:
			prefix = "bert."
		}
		c.tensors = read(t, strings.TrimSuffix(file, ".json")+".safetensors", prefix)
		cases = append(cases, c)
	}
	return cases
}

// Backends are the process's backend and GoMLX's own in Go.
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

// CheckParams compares the list of weights with those of transformers.
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

// Run computes hidden states, scores, loss and gradients and compares them.
func (c Case) Run(t *testing.T, b compute.Backend, arch model.Architecture, opt model.Options) {
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
	exec, err := graph.NewExec(b, func(nodes []*graph.Node) []*graph.Node {
		in := model.Inputs{IDs: nodes[0], Lengths: nodes[1]}
		if nodes[3].Rank() == 2 {
			in.TypeIDs = nodes[3]
		}
		w := model.Bind(params, nodes[4:])
		hidden := arch.Hidden(w, in, opt)
		scores, loss := c.loss(arch, w, in, hidden[layers], nodes[2], opt)
		outputs := append(slices.Clone(hidden), scores, loss)
		return append(outputs, graph.Gradient(loss, nodes[4:]...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := exec.Exec(inputs...)
	if err != nil {
		t.Fatal(err)
	}

	for i := range layers + 1 {
		c.compare(t, fmt.Sprintf("hidden/%02d", i), outputs[i], Forward)
	}
	scores := "logits"
	if c.Head == model.Body {
		scores = "pooled"
	}
	c.compare(t, scores, outputs[layers+1], Forward)
	c.compare(t, "loss", outputs[layers+2], Forward)
	for i, p := range params {
		c.compare(t, "g/"+p.Name, outputs[layers+3+i], Gradient)
	}
}

// Pooler is an architecture whose body has a pooled output (BERT).
type Pooler interface {
	Pool(w model.Weights, hidden *graph.Node, opt model.Options) *graph.Node
}

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
		sum, count := model.ClassifierLoss(arch.Dimensions().Problem, scores, labels, nil)
		return scores, graph.Div(sum, count)
	}
	scores = arch.(Pooler).Pool(w, hidden, opt)
	attended := graph.Mul(hidden, graph.InsertAxes(graph.ConvertDType(labels, hidden.DType()), -1))
	return scores, graph.Add(graph.ReduceAllSum(graph.Square(scores)), graph.ReduceAllSum(attended))
}

// labels are the tensor that the loss compares with; for a bare body the mask
// of attended positions.
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

// compare wants every element within tolerance standard deviations. Padded
// positions of [batch, seq, …] tensors are left out: they mean nothing.
func (c Case) compare(t *testing.T, name string, got *tensors.Tensor, tolerance float64) {
	t.Helper()
	want := c.tensors[name]
	values := tensors.MustCopyFlatData[float32](got)
	if len(values) != len(want.data) {
		t.Errorf("%s: %d elements, transformers has %d", name, len(values), len(want.data))
		return
	}
	attended := func(int) bool { return true }
	if ids := c.tensors["ids"].shape; len(want.shape) == 3 && slices.Equal(want.shape[:2], ids) {
		lengths := c.tensors["lengths"].data
		attended = func(i int) bool { return i/want.shape[2]%ids[1] < int(lengths[i/want.shape[2]/ids[1]]) }
	}
	var n, sum, squares, worst float64
	for i, x := range want.data {
		if attended(i) {
			n, sum, squares = n+1, sum+float64(x), squares+float64(x)*float64(x)
			difference := math.Abs(float64(values[i]) - float64(x))
			if difference > worst || math.IsNaN(difference) {
				worst = difference
			}
		}
	}
	std := math.Sqrt(max(squares/n-(sum/n)*(sum/n), 0))
	if n == 1 {
		std = math.Abs(sum)
	}
	if strings.HasSuffix(name, "self.key.bias") { // it moves all scores of a query alike: 0 but for rounding
		std = c.rms(strings.Replace(name, "key", "query", 1))
	}
	if !(worst <= tolerance*std+1e-9) {
		t.Errorf("%s: off by %.3g, that is %.2g standard deviations (%.3g), allowed are %g", name, worst, worst/std, std, tolerance)
	}
}

func (c Case) rms(name string) float64 {
	squares := 0.0
	for _, x := range c.tensors[name].data {
		squares += float64(x) * float64(x)
	}
	return math.Sqrt(squares / float64(len(c.tensors[name].data)))
}

func (c Case) ints(name string) *tensors.Tensor {
	from := c.tensors[name]
	data := make([]int32, len(from.data))
	for i, x := range from.data {
		data[i] = int32(x)
	}
	return tensors.FromFlatDataAndDimensions(data, from.shape...)
}

func (c Case) floats(name string) *tensors.Tensor {
	from := c.tensors[name]
	return tensors.FromFlatDataAndDimensions(from.data, from.shape...)
}

func read(t *testing.T, path, prefix string) map[string]tensor {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := binary.LittleEndian.Uint64(data)
	var header map[string]struct {
		Shape   []int
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(data[8:8+size], &header); err != nil {
		t.Fatal(err)
	}
	all := map[string]tensor{}
	for name, info := range maps.All(header) {
		bytes := data[8+int(size)+info.Offsets[0] : 8+int(size)+info.Offsets[1]]
		values := make([]float32, len(bytes)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
		}
		all[name] = tensor{info.Shape, values}
		for _, kind := range []string{"w/", "g/"} { // transformers' bare body has no prefix, ours has
			if bare, ok := strings.CutPrefix(name, kind); ok && bare != "" && prefix != "" {
				delete(all, name)
				all[kind+prefix+bare] = tensor{info.Shape, values}
			}
		}
	}
	return all
}

// With is the text of a config.json with one field set to a value of JSON.
func With(t testing.TB, config, field, value string) []byte {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(config), &fields); err != nil {
		t.Fatal(err)
	}
	fields[field] = json.RawMessage(value)
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
