package retrieval

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/result"
)

func TestExperiment(t *testing.T) {
	source := Source{Name: "pairs", Pairs: "../testdata/pairs.jsonl", Texts: []string{"../testdata/passages.jsonl"}}
	list := []models.Model{
		{Checkpoint: result.Checkpoint{Stage: 1, Step: 7}, Ref: "../testdata/modernbert"},
		{Checkpoint: result.Checkpoint{Name: "bert"}, Ref: "../testdata/bert"},
	}
	r, err := Experiment(context.Background(), source, list, encoder.Options{}, sentence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g, task := readGolden(t)
	want := []result.RetrievalRow{
		g.Edit.Row(result.Checkpoint{Name: "edit distance"}),
		g.Share.Row(result.Checkpoint{Name: "edit distance by length"}),
		g.Word.Row(result.Checkpoint{Name: "Jaccard, words"}),
		g.Char.Row(result.Checkpoint{Name: "Jaccard, characters"}),
		g.Models["modernbert mean"].Retrieval.Row(list[0].Checkpoint),
		g.Models["bert mean"].Retrieval.Row(list[1].Checkpoint),
	}
	if diff := cmp.Diff(want, r.Rows, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Error(diff)
	}
	if err := r.Validate(); err != nil || r.N != task.Len() || r.Task != "pairs" || len(r.Provenance.Data) != 2 {
		t.Errorf("%+v: %v", r, err)
	}
}

func TestDefault(t *testing.T) {
	root := t.TempDir()
	put := func(name string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("module llmjp.internal/modernbert\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod")
	t.Setenv("MODERNBERT_ROOT", root)
	s, err := Default()
	if err != nil || s.Pairs != filepath.Join(root, "data/retrieval/pairs.jsonl") || len(s.Notes) != 1 {
		t.Errorf("%+v: %v", s, err)
	}
	put("data/cache/miracl-ja/pairs.jsonl")
	s, err = Default()
	if err != nil || s.Pairs != filepath.Join(root, "data/cache/miracl-ja/pairs.jsonl") || s.Name != "MIRACL-ja train" || s.Notes != nil {
		t.Errorf("%+v: %v", s, err)
	}
}
