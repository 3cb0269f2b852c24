package models

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

func TestEach(t *testing.T) {
	const testdata = "../testdata/"
	list, err := List(testdata+"modernbert", testdata+"bert", testdata+"modernbert", testdata+"modernbert")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var seen []*encoder.Encoder
	err = Each(context.Background(), list, model.Body, encoder.Options{}, func(m Model, e *encoder.Encoder) error {
		names, seen = append(names, e.Name), append(seen, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{testdata + "modernbert", testdata + "bert", testdata + "modernbert", testdata + "modernbert"}, names); diff != "" {
		t.Error(diff)
	}
	if seen[0] == seen[1] || seen[1] == seen[2] || seen[2] != seen[3] {
		t.Error("the encoder is to change with the architecture, and only then")
	}
	missing := []Model{{result.Checkpoint{Name: "gone"}, filepath.Join(t.TempDir(), "gone")}}
	err = Each(context.Background(), missing, model.Body, encoder.Options{}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "gone: ") {
		t.Errorf("%v", err)
	}
}

// A checkpoint of a run with a flipped bit is refused by name, a whole one is
// loaded.
func TestEachVerifies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", run.Staying, run.StepName(3))
	if err := os.CopyFS(dir, os.DirFS("../testdata/modernbert")); err != nil {
		t.Fatal(err)
	}
	if err := (run.State{Step: 3, Settings: []byte("{}")}).Seal(dir); err != nil {
		t.Fatal(err)
	}
	if err := (run.Description{Stage: 1}).Write(filepath.Dir(filepath.Dir(dir))); err != nil {
		t.Fatal(err)
	}
	list, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	load := func() error {
		return Each(t.Context(), list, model.Body, encoder.Options{}, func(Model, *encoder.Encoder) error { return nil })
	}
	if err := load(); err != nil {
		t.Error(err)
	}
	weights := filepath.Join(dir, "model.safetensors")
	data, err := os.ReadFile(weights)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-5] ^= 1
	write(t, weights, string(data))
	if err := load(); err == nil || !strings.Contains(err.Error(), "model.safetensors is damaged") {
		t.Errorf("a flipped bit: %v", err)
	}
}
