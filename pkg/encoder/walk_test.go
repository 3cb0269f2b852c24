package encoder

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/modernbert"
)

func TestWalk(t *testing.T) {
	c := modernbert.Base()
	c.Vocab, c.HiddenSize, c.Intermediate, c.Layers, c.Heads, c.InitRange = 50, 16, 24, 2, 2, 0.5
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	params := c.Params(model.MaskedLM)
	weights, err := Upload(b, params, model.Draw(params, 1))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(b, c, model.MaskedLM, weights, nil)
	if err != nil {
		t.Fatal(err)
	}
	e.owned = true
	defer e.Close()
	stages, err := e.Walk(t.Context(), Row{IDs: []int32{5, 9, 17, 6}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range stages {
		names = append(names, s.Name)
		if s.Shape[0] != 4 || s.Shape[1] != 16 && s.Name != "scores" {
			t.Errorf("%s has shape %v", s.Name, s.Shape)
		}
	}
	if diff := cmp.Diff([]string{"embeddings", "layer 0", "layer 1, final norm", "scores"}, names); diff != "" {
		t.Fatal(diff)
	}
	for _, i := range []int{0, 2} { // normed: every position has mean 0 and variance 1
		if math.Abs(stages[i].Std-1) > 1e-3 {
			t.Errorf("%s: deviation %g, want 1", stages[i].Name, stages[i].Std)
		}
	}
	if stages[3].Shape[1] != 50 || stages[1].Std <= stages[0].Std {
		t.Errorf("scores of shape %v; the residual stream's deviation went from %g to %g", stages[3].Shape, stages[0].Std, stages[1].Std)
	}
}
