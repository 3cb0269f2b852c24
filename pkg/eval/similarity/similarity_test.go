package similarity

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
)

// golden is what torch and transformers found (pairs.py).
type golden struct {
	Passages []string
	Pairs    [][2]int
	Random   [][2]int `json:"random_pairs"`
	Models   map[string]struct {
		Alignment, Uniformity float64
		Pair                  float64 `json:"pair_uniformity"`
		Positive, Random      []float64
		PositiveDistances     []float64 `json:"positive_distances"` // |x-y|² from the embeddings, not from the cosines
		RandomDistances       []float64 `json:"random_distances"`
	}
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
		task.Queries, task.Positives = append(task.Queries, g.Passages[p[0]]), append(task.Positives, g.Passages[p[1]])
	}
	for _, p := range g.Random {
		task.Left, task.Right = append(task.Left, g.Passages[p[0]]), append(task.Right, g.Passages[p[1]])
	}
	return g, task
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
		got, _, err := task.Model(ctx, e, sentence.Options{Pooling: encoder.Pooling(pooling)}, AllPairs)
		if err != nil {
			t.Fatal(err)
		}
		drawn, _, err := sentence.Embed(ctx, e, append(append([]string{}, task.Left...), task.Right...), sentence.Options{Pooling: encoder.Pooling(pooling)})
		if err != nil {
			t.Fatal(err)
		}
		isoscore := metric.IsoScore(drawn)
		near := cmpopts.EquateApprox(0, 1e-5)
		expected := Scores{Alignment: want.Alignment, Uniformity: want.Uniformity, IsoScore: &isoscore, Positive: want.Positive, Random: want.Random,
			PositiveDistances: want.PositiveDistances, RandomDistances: want.RandomDistances}
		if diff := cmp.Diff(expected, got, near); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if last := got.PositiveDistances[len(g.Pairs)-1]; last != 0 {
			t.Errorf("%s: a text is %v away from itself", name, last)
		}
		pairs, _, err := task.Model(ctx, e, sentence.Options{Pooling: encoder.Pooling(pooling)}, RandomPairs)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Pair, pairs.Uniformity, near); diff != "" {
			t.Errorf("%s, uniformity over the random pairs: %s", name, diff)
		}
		e.Close()
	}
}

func passages(t *testing.T, n int) *corpus.Passages {
	t.Helper()
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, "{\"id\": \"p%d\", \"text\": \"text %d\"}\n", i, i)
	}
	path := filepath.Join(t.TempDir(), "texts.jsonl")
	if err := os.WriteFile(path, []byte(lines.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := corpus.ReadPassages(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDraw(t *testing.T) {
	from := passages(t, 101)
	draw := func(n int, seed uint64) [][2]string {
		task := &Task{}
		if err := task.Draw(from, n, seed); err != nil {
			t.Fatal(err)
		}
		for i, p := range task.RandomPairs {
			if want := "text " + p[0][1:]; task.Left[i] != want {
				t.Errorf("pair %d: %q is not %q", i, task.Left[i], want)
			}
			if want := "text " + p[1][1:]; task.Right[i] != want {
				t.Errorf("pair %d: %q is not %q", i, task.Right[i], want)
			}
		}
		return task.RandomPairs
	}
	fifty := draw(50, 42)
	if diff := cmp.Diff(fifty, draw(0, 42)); diff != "" {
		t.Error("as many as there are passages for is another number than 50:", diff)
	}
	seen := map[string]int{}
	for _, p := range fifty {
		seen[p[0]]++
		seen[p[1]]++
	}
	if len(seen) != 100 {
		t.Errorf("50 pairs of 101 passages are of %d passages, want 100 different ones", len(seen))
	}
	many := draw(1000, 42)
	if diff := cmp.Diff(fifty, many[:50]); diff != "" {
		t.Error("more pairs begin with others:", diff)
	}
	clear(seen)
	for i, p := range many {
		if p[0] == p[1] {
			t.Errorf("pair %d is %q twice", i, p[0])
		}
		seen[p[0]]++
	}
	if len(seen) < 95 {
		t.Errorf("only %d of 101 passages were ever drawn first", len(seen))
	}
	if cmp.Equal(fifty, draw(50, 43)) {
		t.Error("two seeds draw the same pairs")
	}
	if diff := cmp.Diff(fifty, draw(50, 42)); diff != "" {
		t.Error("one seed draws two lists:", diff)
	}
}

func TestDrawTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "articles.txt")
	if err := os.WriteFile(path, []byte("零\n一\n二\n三\n四\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	task := &Task{}
	if err := task.DrawTexts(6, 1, path); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"0": "零", "1": "一", "2": "二", "3": "三", "4": "四"}
	for i, p := range task.RandomPairs {
		if p[0] == p[1] || task.Left[i] != texts[p[0]] || task.Right[i] != texts[p[1]] {
			t.Errorf("pair %d: %v are %q and %q", i, p, task.Left[i], task.Right[i])
		}
	}
	if len(task.Left) != 6 {
		t.Errorf("%d pairs, want 6", len(task.Left))
	}
	if err := task.DrawTexts(1, 1, filepath.Join(t.TempDir(), "none.txt")); err == nil {
		t.Error("a file that is not there was read")
	}
	ids := filepath.Join(t.TempDir(), "ids.jsonl")
	if err := os.WriteFile(ids, []byte(strings.Repeat("{\"ids\": [5, 6]}\n", 2)), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := task.DrawTexts(1, 1, ids); err == nil || !strings.Contains(err.Error(), "ids.jsonl:1: the line holds ids") {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	task := &Task{Queries: []string{"a"}, Positives: []string{"b"}}
	if err := task.Draw(passages(t, 1), 5, 1); err == nil || !strings.Contains(err.Error(), "two passages") {
		t.Errorf("pairs of one passage: %v", err)
	}
	if err := task.Draw(passages(t, 2), -1, 1); err == nil {
		t.Error("-1 random pairs were taken")
	}
	e, err := metric.Normalize([]float32{1, 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.Embeddings(e, AllPairs); err == nil || !strings.Contains(err.Error(), "random pairs of 0 and 0") {
		t.Errorf("a task without random pairs: %v", err)
	}
	task.Left, task.Right = []string{"c"}, []string{"d"}
	if _, err := task.Embeddings(e, AllPairs); err == nil {
		t.Error("two embeddings for four texts were taken")
	}
}
