package retrieval

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/eval/metric"
)

func write(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	pairs := write(t, "pairs.jsonl", `{"query": "a#1", "positive": "p", "title": "ignored"}`, `{"query": "p", "positive": "a#0"}`, `{"query": "a#1", "positive": "p"}`)
	texts := write(t, "texts.jsonl", `{"id": "a", "paragraphs": ["零", "一"]}`, `{"id": "p", "text": "ピー"}`, `{"id": "nobody's", "text": "誰も"}`)
	got, err := Open(pairs, texts)
	if err != nil {
		t.Fatal(err)
	}
	want := &Task{Queries: []string{"一", "ピー", "一"}, Passages: []string{"ピー", "零", "ピー"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err = Open(pairs); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Task{Queries: []string{"a#1", "p", "a#1"}, Passages: []string{"p", "a#0", "p"}}, got); diff != "" {
		t.Error("without texts:", diff)
	}
}

func TestOpenRefuses(t *testing.T) {
	texts := write(t, "texts.jsonl", `{"id": "a", "text": "あ"}`)
	for line, want := range map[string]string{
		`{"query": "a", "positive": "b"}`: `pairs.jsonl:1: the passage "b" is not in the texts`,
		`{"query": "a"}`:                  `pairs.jsonl:1: field "positive" is missing`,
		`{"query": "", "positive": "a"}`:  `pairs.jsonl:1: field "query" is missing, empty`,
		`{}`:                              `pairs.jsonl:1: field "query" is missing`,
		`[]`:                              `pairs.jsonl:1: the file is a JSON array`,
		``:                                `no lines`,
	} {
		if _, err := Open(write(t, "pairs.jsonl", line), texts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

func TestTies(t *testing.T) {
	// Every passage equal: each query's own comes after those before it.
	task := &Task{Queries: []string{"あ い", "", "う"}, Passages: []string{"え", "え", "え"}}
	want := Scores{Recall10: 1, MRR10: (1 + 1./2 + 1./3) / 3, N: 3, Ranks: []int{1, 2, 3}}
	for name, score := range map[string]func() (Scores, error){
		"edit": func() (Scores, error) { return task.Edit(context.Background(), nil) },
		"word": func() (Scores, error) { return task.Jaccard(context.Background(), Words) },
		"char": func() (Scores, error) { return task.Jaccard(context.Background(), Chars) },
		"cosine": func() (Scores, error) {
			e, err := metric.Normalize([]float32{1, 0, 0, 1, 0, 0, 3, 4, 3, 4, 3, 4}, 2)
			if err != nil {
				return Scores{}, err
			}
			return task.Embeddings(e)
		},
	} {
		got, err := score()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRefusals(t *testing.T) {
	ctx := context.Background()
	if _, err := (&Task{}).Edit(ctx, nil); err == nil {
		t.Error("a task without queries was taken")
	}
	if _, err := (&Task{Queries: []string{"a"}}).Jaccard(ctx, Words); err == nil {
		t.Error("a query without a passage was taken")
	}
	task := &Task{Queries: []string{"a"}, Passages: []string{"b"}}
	if _, err := task.Jaccard(ctx, "line"); err == nil {
		t.Error("an unknown unit was taken")
	}
	e, _ := metric.Normalize([]float32{1, 2, 3}, 1)
	if _, err := task.Embeddings(e); err == nil {
		t.Error("three embeddings for two texts were taken")
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := task.Edit(stopped, nil); err == nil {
		t.Error("cancelled, and yet done")
	}
}
