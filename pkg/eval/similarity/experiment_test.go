package similarity

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"strings"
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

func TestRenew(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	t.Setenv("MODERNBERT_RUN", "")
	t.Setenv("MODERNBERT_MODELS", "")
	if _, err := Renew(ctx, dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("neither a model nor a result: %v", err)
	}
	t.Setenv("MODERNBERT_MODELS", "../testdata/bert")
	t.Setenv("MODERNBERT_PAIRS", source.Pairs)
	t.Setenv("MODERNBERT_PASSAGES", source.Texts[0])
	t.Setenv("MODERNBERT_RANDOM", "none")
	if _, err := Renew(ctx, dir); err == nil || !strings.Contains(err.Error(), `MODERNBERT_RANDOM is "none"`) {
		t.Error(err)
	}
	t.Setenv("MODERNBERT_RANDOM", "20")
	found, err := Renew(ctx, dir)
	if err != nil || found.Points.Texts != 40 || len(found.Distances.Models) != 1 {
		t.Fatal(found.Points, err)
	}
	t.Setenv("MODERNBERT_MODELS", "")
	again, err := Renew(ctx, dir)
	if diff := cmp.Diff(found, again); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
