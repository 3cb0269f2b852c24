// Package golden checks an architecture against numbers that transformers
// computed (pkg/model/testdata/golden.py).
package golden

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// A Case is one golden file.
type Case struct {
	Name         string
	Given, Saved []byte // config.json as written by hand, and as transformers saves it
	Head         model.Head
	tensors      map[string]tensor
	rounded      map[string]tensor // under torch.autocast in bfloat16, nil for most cases
}

// A tensor holds values in row-major order.
type tensor struct {
	shape []int
	data  []float32
}

// Cases reads the cases whose names begin with prefix.
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
		if rounded := strings.TrimSuffix(file, ".json") + "-bfloat16.safetensors"; exists(rounded) {
			c.rounded = read(t, rounded, prefix)
		}
		cases = append(cases, c)
	}
	return cases
}

// ints returns a tensor as int32.
func (c Case) ints(name string) *tensors.Tensor {
	from := c.tensors[name]
	data := make([]int32, len(from.data))
	for i, x := range from.data {
		data[i] = int32(x)
	}
	return tensors.FromFlatDataAndDimensions(data, from.shape...)
}

// floats returns a tensor as float32.
func (c Case) floats(name string) *tensors.Tensor {
	from := c.tensors[name]
	return tensors.FromFlatDataAndDimensions(from.data, from.shape...)
}

// exists reports whether a file exists.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// read reads a safetensors file of float32 tensors. To the names of weights and
// gradients it adds prefix, which transformers' bare body lacks.
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
	for name, info := range header {
		bytes := data[8+int(size)+info.Offsets[0] : 8+int(size)+info.Offsets[1]]
		values := make([]float32, len(bytes)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
		}
		all[name] = tensor{info.Shape, values}
		for _, kind := range []string{"w/", "g/"} {
			if bare, ok := strings.CutPrefix(name, kind); ok && bare != "" && prefix != "" {
				delete(all, name)
				all[kind+prefix+bare] = tensor{info.Shape, values}
			}
		}
	}
	return all
}
