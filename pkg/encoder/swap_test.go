package encoder

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/text"
)

func TestSwap(t *testing.T) {
	ctx := context.Background()
	source := filepath.Join(testdata, "modernbert")
	c, err := checkpoint.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	values, err := c.Load(c.Head)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range values {
		for i := range x {
			x[i] *= 1.1
		}
	}
	tok, err := text.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := checkpoint.Save(other, c.Arch, c.Head, values, checkpoint.Extra{DType: c.DType, Files: tok.Files()}); err != nil {
		t.Fatal(err)
	}
	embed := func(e *Encoder) []float32 {
		out, _, err := e.Embed(ctx, []string{"京都は千年の都である。", "猫"}, Mean, 0)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	fresh, err := Load(ctx, other, model.Body, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	want := embed(fresh)

	e, err := Load(ctx, source, model.Body, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	before := embed(e)
	if cmp.Equal(before, want) {
		t.Fatal("the two checkpoints embed alike: the test sees nothing")
	}
	graphs := len(e.shapes["embed mean"])
	if ok, err := e.Swap(ctx, other); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if diff := cmp.Diff(want, embed(e)); diff != "" || e.Name != other {
		t.Errorf("%s: %s", e.Name, diff)
	}
	if len(e.shapes["embed mean"]) != graphs {
		t.Error("a graph was compiled again")
	}
	if ok, err := e.Swap(ctx, filepath.Join(testdata, "bert")); ok || err != nil {
		t.Errorf("another architecture: %v, %v", ok, err)
	}
	config := filepath.Join(other, "tokenizer_config.json")
	content, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append(content, ' '), 0o666); err != nil {
		t.Fatal(err)
	}
	if ok, err := e.Swap(ctx, other); ok || err != nil {
		t.Errorf("another tokenizer: %v, %v", ok, err)
	}
	if _, err := e.Swap(ctx, t.TempDir()); err == nil {
		t.Error("a folder without a model was taken")
	}
	if diff := cmp.Diff(want, embed(e)); diff != "" {
		t.Error("a refusal changed the encoder:", diff)
	}
}
