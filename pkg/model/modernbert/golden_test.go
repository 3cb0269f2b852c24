package modernbert

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
	for _, c := range golden.Cases(t, "modernbert-") {
		config, err := ParseConfig(c.Given)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		c.CheckParams(t, config)
		for kind, b := range golden.Backends(t) {
			for name, opt := range options {
				if opt.Checkpoint && kind != "go" && c.Name != "modernbert-base" {
					continue // XLA compiles for seconds
				}
				t.Run(c.Name+"/"+kind+"/"+name, func(t *testing.T) { c.Run(t, b, config, opt) })
			}
		}
	}
}

// TestForms reads the same from a config of transformers 4, from what
// transformers 5 saves, and from what we write.
func TestForms(t *testing.T) {
	same := []cmp.Option{cmpopts.IgnoreUnexported(Config{}), cmpopts.IgnoreFields(Config{}, "LayerTypes", "GlobalEvery")}
	for _, c := range golden.Cases(t, "modernbert-") {
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
			if diff := cmp.Diff(given.Kinds(), config.Kinds()); diff != "" {
				t.Errorf("%s: layers (-given +%s):\n%s", c.Name, form, diff)
			}
		}
	}
}
