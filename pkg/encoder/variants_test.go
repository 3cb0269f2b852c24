package encoder

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// TestVariants loads forms of a model that transformers loads too (activations,
// rotary scaling, untied weights beside a tied config, float64, buffers, layers
// that are all global) and compares the scores, by testdata/variants.py. What is
// written again from them computes the same.
func TestVariants(t *testing.T) {
	var variants []struct {
		Name, Weights string
		Config        json.RawMessage
	}
	data, err := os.ReadFile("testdata/variants.json")
	if err == nil {
		err = json.Unmarshal(data, &variants)
	}
	if err != nil {
		t.Fatal(err)
	}
	golden, err := checkpoint.OpenFile("testdata/variants.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer golden.Close()
	ids, err := golden.Int64s("ids")
	if err != nil {
		t.Fatal(err)
	}
	row := Row{}
	for _, id := range ids {
		row.IDs = append(row.IDs, int32(id))
	}
	if len(variants) < 50 {
		t.Errorf("%d variants", len(variants))
	}
	for _, v := range variants {
		t.Run(v.Name, func(t *testing.T) {
			dir := t.TempDir()
			weights, err := os.ReadFile(filepath.Join("testdata", "variants", v.Weights+".safetensors"))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, checkpoint.WeightsFile), weights, 0o666)
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, checkpoint.ConfigFile), v.Config, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
			near(t, golden, v.Name, scores(t, dir, row))
			c, err := checkpoint.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			values, err := c.Load(c.Head)
			if err != nil {
				t.Fatal(err)
			}
			again := filepath.Join(dir, "again")
			if err := checkpoint.Save(again, c.Arch, c.Head, values, checkpoint.Extra{}); err != nil {
				t.Fatal(err)
			}
			if v.Weights == "modernbert" && v.Name != "modernbert gelu" { // the others' config says nothing new
				near(t, golden, v.Name, scores(t, again, row))
			}
		})
	}
}

// scores returns the masked-language-model scores of a row, [length, vocab].
func scores(t *testing.T, dir string, row Row) (out []float32) {
	t.Helper()
	e, err := LoadWhole(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	err = e.Logits(context.Background(), []Row{row}, nil, func(_, _ int, values []float32) error {
		out = append(out, values...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
