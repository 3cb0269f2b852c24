package similarity

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
	"llmjp.internal/modernbert/pkg/result"
)

var source = retrieval.Source{Name: "golden", Pairs: "../testdata/pairs.jsonl", Texts: []string{"../testdata/passages.jsonl"}, Notes: []string{"made up"}}

func TestExperiment(t *testing.T) {
	ctx := context.Background()
	g, _ := readGolden(t)
	list := []models.Model{
		{Checkpoint: result.Checkpoint{Stage: 1, Step: 5}, Ref: "../testdata/modernbert"},
		{Checkpoint: result.Checkpoint{Name: "bert"}, Ref: "../testdata/bert"},
	}
	points, distances, err := Experiment(ctx, source, list, Options{Random: 30})
	if err != nil {
		t.Fatal(err)
	}
	near := cmpopts.EquateApprox(0, 1e-5)
	for i, s := range []result.EmbeddingScore{points.Checkpoints[0], points.Baselines[0]} {
		want := g.Models[[]string{"modernbert mean", "bert mean"}[i]]
		if diff := cmp.Diff(want.Alignment, s.Alignment, near); diff != "" {
			t.Errorf("%s: %s", s.Label(), diff)
		}
		if s.IsoScore == nil || *s.IsoScore <= 0 {
			t.Errorf("%s: the result has no IsoScore", s.Label())
		}
		sum := 0.0
		for _, d := range distances.Models[i].Positive {
			sum += float64(d) / float64(len(g.Pairs))
		}
		if math.Abs(sum-s.Alignment) > 1e-5 {
			t.Errorf("%s: the mean distance is %v, the alignment %v", s.Label(), sum, s.Alignment)
		}
	}
	if points.Pairs != len(g.Pairs) || points.Texts != 60 || len(distances.Models[0].Random) != 30 {
		t.Errorf("%d pairs, %d texts, %d random", points.Pairs, points.Texts, len(distances.Models[0].Random))
	}
	if err := points.Validate(); err != nil {
		t.Error(err)
	}
	if err := distances.Validate(); err != nil {
		t.Error(err)
	}
	p := points.Provenance
	if p.Seed != PaperSeed || len(p.Data) != 2 || p.Data[0].Digest == "" || p.Config == "" || !cmp.Equal(p.Notes, source.Notes) {
		t.Errorf("%+v", p)
	}
}
