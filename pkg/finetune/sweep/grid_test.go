package sweep

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/finetune"
)

func TestParseGrid(t *testing.T) {
	paper, err := ParseGrid()
	if err != nil || len(paper.Settings()) != 36 {
		t.Fatalf("the paper's grid has %d runs, %v", len(paper.Settings()), err)
	}
	for _, specs := range [][]string{
		{"lr=1e-5,3e-05", "epochs=2", "seed=1,2"}, {"seed=1,2 lr=1e-5,3e-05 epochs=2"},
	} {
		g, err := ParseGrid(specs...)
		if err != nil {
			t.Fatal(err)
		}
		want := []finetune.Setting{{LR: 1e-5, Epochs: 2, Seed: 1}, {LR: 1e-5, Epochs: 2, Seed: 2}, {LR: 3e-5, Epochs: 2, Seed: 1}, {LR: 3e-5, Epochs: 2, Seed: 2}}
		if diff := cmp.Diff(want, g.Settings()); diff != "" {
			t.Error(diff)
		}
		if again, err := ParseGrid(g.Specs()...); err != nil || !cmp.Equal(again, g) {
			t.Errorf("%v read again: %v, %v", g.Specs(), again, err)
		}
	}
	if again, err := ParseGrid(paper.Specs()...); err != nil || !cmp.Equal(again, paper) {
		t.Errorf("%v read again: %v, %v", paper.Specs(), again, err)
	}
}

func TestParseGridRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"rate=1e-5":         `"rate" is none of lr, epochs, seed`,
		"lr":                `"lr" is not KEY=VALUE`,
		"lr=":               `lr: "" is not a number`,
		"lr=high":           `lr: "high" is not a number`,
		"lr=1e-5,1e-05":     "lr: 1e-05 is given twice",
		"lr=1e-5 lr=2e-5":   "lr is given twice",
		"lr=0":              "learning rate 0 is not a positive number",
		"lr=Inf":            "not a positive number",
		"epochs=0":          "0 epochs",
		"epochs=1.5":        `epochs: "1.5" is not a number`,
		"seed=-1":           `seed: "-1" is not a number`,
		"epochs=1 batch=16": `"batch" is none of`,
	} {
		if _, err := ParseGrid(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", spec, err, want)
		}
	}
}
