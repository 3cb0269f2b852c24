package retrieval

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
)

// golden is what rapidfuzz, plain Python and transformers found (pairs.py).
type golden struct {
	Passages                []string
	Pairs                   [][2]int
	Edit, Share, Word, Char Scores
	Models                  map[string]struct{ Retrieval Scores }
}

func readGolden(t *testing.T) (golden, *Task) {
	t.Helper()
	var g golden
	data, err := os.ReadFile("../testdata/pairs.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	task := &Task{}
	for _, p := range g.Pairs {
		task.Queries, task.Passages = append(task.Queries, g.Passages[p[0]]), append(task.Passages, g.Passages[p[1]])
	}
	return g, task
}

func same(t *testing.T, name string, want, got Scores, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestStrings(t *testing.T) {
	ctx := context.Background()
	g, task := readGolden(t)
	said := 0
	got, err := task.Edit(ctx, func(done, total int) { said = done })
	same(t, "edit", g.Edit, got, err)
	if said != task.Len() {
		t.Errorf("progress ended at %d of %d", said, task.Len())
	}
	got, err = task.EditShare(ctx, nil)
	same(t, "edit by length", g.Share, got, err)
	got, err = task.Jaccard(ctx, Words)
	same(t, "words", g.Word, got, err)
	got, err = task.Jaccard(ctx, Chars)
	same(t, "characters", g.Char, got, err)
}

// More queries than are held at once.
func TestEditBlocks(t *testing.T) {
	_, task := readGolden(t)
	long := &Task{}
	for range 4 {
		long.Queries, long.Passages = append(long.Queries, task.Queries...), append(long.Passages, task.Passages...)
	}
	if long.Len() <= editRows {
		t.Fatalf("%d queries are one block", long.Len())
	}
	got, err := long.Edit(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range long.Queries {
		scores := make([]float64, long.Len())
		for j, p := range long.Passages {
			scores[j] = -float64(metric.Levenshtein(q, p))
		}
		if want := metric.Rank(scores, i); got.Ranks[i] != want {
			t.Errorf("query %d: rank %d, want %d", i, got.Ranks[i], want)
		}
	}
}

func TestModels(t *testing.T) {
	ctx := context.Background()
	g, task := readGolden(t)
	for name, want := range g.Models {
		folder, pooling, _ := strings.Cut(name, " ")
		e, err := encoder.Load(ctx, "../testdata/"+folder, model.Body, encoder.Options{BatchTokens: 512})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := task.Model(ctx, e, sentence.Options{Pooling: encoder.Pooling(pooling)})
		same(t, name, want.Retrieval, got, err)
		e.Close()
	}
}
