package experiment

import (
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
)

// A lesson is about the paper's architecture and the project's model, or about the
// model that the environment names.
func TestLesson(t *testing.T) {
	for _, test := range []struct {
		model      string
		parameters int
		stages     int
	}{{"", 187_494_646, 8}, {testModel, 0, 6}} {
		t.Setenv(variable.Model.Name, test.model)
		c, err := Architecture(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := model.Count(c.Params(model.MaskedLM)); test.parameters > 0 && n != test.parameters {
			t.Errorf("%d parameters, want %d", n, test.parameters)
		}
		e, err := Whole(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		stages, err := e.WalkText(t.Context(), "日本の首都は東京である。")
		if err != nil {
			t.Fatal(err)
		}
		if len(stages) != test.stages { // embeddings, layers, scores
			t.Errorf("model %q: %d stages, want %d: %v", test.model, len(stages), test.stages, stages)
		}
	}
	t.Setenv(variable.Model.Name, "../../eval/testdata/bert")
	if _, err := Architecture(t.Context()); err == nil || !strings.Contains(err.Error(), "is a bert") {
		t.Errorf("BERT: %v", err)
	}
}

func TestTexts(t *testing.T) {
	t.Setenv(variable.Texts.Name, "")
	n := 0
	for s, err := range Texts() {
		if err != nil || s == "" {
			t.Fatalf("%q, %v", s, err)
		}
		if n++; n == 3 {
			break
		}
	}
	t.Setenv(variable.Texts.Name, "no-such.txt")
	for _, err := range Texts() {
		if err == nil || !strings.Contains(err.Error(), "no-such.txt") {
			t.Errorf("a file that is not there: %v", err)
		}
	}
	tok, err := Baseline()
	if err != nil || tok.Special().Mask < 0 {
		t.Errorf("the tokenizer in data: %v", err)
	}
}
