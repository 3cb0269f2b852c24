package experiment

import (
	"math"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
)

// What the lesson computes by hand from queries, keys and scores equals what the
// model computes, in a global and a local layer, and a step down the gradient makes
// the masked token more probable.
func TestReading(t *testing.T) {
	t.Setenv(variable.Model.Name, testModel)
	const sentence = "日本の首都は東京であり、多くの観光名所がある。"
	r, err := Read(t.Context(), sentence)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for layer := range r.Config.Layers {
		head, err := r.Head(layer, 1)
		if err != nil {
			t.Fatal(err)
		}
		q, k := head.Q, head.K
		weights, err := r.Weights(layer, 1)
		if err != nil {
			t.Fatal(err)
		}
		mask := r.Config.Mask(layer, len(r.Tokens), len(r.Tokens))
		for i := range q {
			sum, e := 0.0, make([]float64, len(k))
			for j := range k {
				for d := range q[i] {
					e[j] += q[i][d] * k[j][d]
				}
				e[j] = math.Exp(e[j]) * mask[i][j]
				sum += e[j]
			}
			for j := range k {
				if math.Abs(e[j]/sum-weights[i][j]) > 1e-5 {
					t.Fatalf("layer %d: query %d gives key %d the weight %g, by hand %g", layer, i, j, weights[i][j], e[j]/sum)
				}
			}
		}
	}
	at, err := r.Position(r.Tokens[4])
	if err != nil || at > 4 {
		t.Fatalf("%q at %d, error %v", r.Tokens[4], at, err)
	}
	scores, err := r.Scores(at)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, score := range scores {
		sum += math.Exp(score)
	}
	loss, err := r.Loss(t.Context(), at)
	if byHand := math.Log(sum) - scores[r.Row.IDs[at]]; err != nil || math.Abs(byHand-loss) > 1e-4 {
		t.Errorf("loss %g, by hand %g, error %v", loss, byHand, err)
	}
	step, err := r.Step(at, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(step.Before-math.Exp(-loss)) > 1e-5 || step.After <= step.Before {
		t.Errorf("probability %g, after a step %g; the loss says %g", step.Before, step.After, math.Exp(-loss))
	}
	if len(step.Parts) != 2+2*r.Config.Layers { // embeddings, attention and MLP of each layer, head
		t.Errorf("parts %v", step.Parts)
	}
	squares := 0.0
	for _, p := range step.Parts {
		squares += p.Norm * p.Norm
	}
	// To first order a step changes the loss by the rate times the gradient's square.
	little, err := r.Step(at, 1e-5)
	if err != nil {
		t.Fatal(err)
	}
	if change := math.Log(little.After) - math.Log(little.Before); math.Abs(change/(1e-5*squares)-1) > 0.05 {
		t.Errorf("a step of 1e-5 changes the loss by %g, the gradient's norms say %g", change, 1e-5*squares)
	}
}

func TestReadingRefused(t *testing.T) {
	t.Setenv(variable.Model.Name, "../../eval/testdata/bert")
	if _, err := Read(t.Context(), "東京"); err == nil || !strings.Contains(err.Error(), "masked language model") {
		t.Errorf("a classifier: error %v", err)
	}
	t.Setenv(variable.Model.Name, testModel)
	r, err := Read(t.Context(), "東京")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Weights(99, 0); err == nil || !strings.Contains(err.Error(), "layer 99") {
		t.Errorf("layer 99: error %v", err)
	}
	if _, err := r.Position("大阪"); err == nil || !strings.Contains(err.Error(), "大阪") {
		t.Errorf("a piece that is not there: error %v", err)
	}
}
