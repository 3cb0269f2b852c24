package bert

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/internal/golden"
)

// TestGolden compares with transformers' ModernBert, number for number.
func TestGolden(t *testing.T) {
	options := map[string]model.Options{"plain": {}, "checkpoint": {Checkpoint: true, Attention: "blocks"}}
	for _, c := range golden.Cases(t, "bert-") {
		config, err := ParseConfig(c.Given)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		c.CheckParams(t, config)
		for kind, b := range golden.Backends(t) {
			for name, opt := range options {
				if opt.Checkpoint && kind != "go" && c.Name != "bert-masked" {
					continue // XLA compiles for seconds
				}
				t.Run(c.Name+"/"+kind+"/"+name, func(t *testing.T) { c.Run(t, b, config, opt) })
			}
		}
	}
}

// TestForms reads the same from a config as published, from what
// transformers saves, and from what we write.
func TestForms(t *testing.T) {
	same := []cmp.Option{cmpopts.IgnoreUnexported(Config{})}
	for _, c := range golden.Cases(t, "bert-") {
		given, err := ParseConfig(c.Given)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := ParseConfig(c.Saved)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		ours, err := saved.ConfigJSON(c.Head)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseConfig(ours)
		if err != nil {
			t.Fatal(err)
		}
		for form, config := range map[string]*Config{"saved": saved, "ours": again} {
			if diff := cmp.Diff(given, config, same...); diff != "" {
				t.Errorf("%s: given and %s differ (-given +%s):\n%s", c.Name, form, form, diff)
			}
		}
	}
}
