package miracl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/corpus"
)

// testdata has the published form; its texts were written for the test.
const (
	topics = "testdata/topics.tsv"
	qrels  = "testdata/qrels.tsv"
	docs   = "testdata/docs-*.jsonl.gz"
)

func TestTask(t *testing.T) {
	list, err := Topics(topics, qrels)
	if err != nil {
		t.Fatal(err)
	}
	want := []Topic{
		{"1", "首都はどこですか？", []string{"20#1", "10#3", "10#4"}},
		{"2", "一つだけ答えがある", []string{"10#0"}},
		{"7#0", "タブ\tのある問い", []string{"30#2", "30#0"}},
		{"9", "答えのない問い", nil},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	pairs := Pairs(list)
	if diff := cmp.Diff([]Pair{{"20#1", "10#3", "1"}, {"30#2", "30#0", "7#0"}}, pairs); diff != "" {
		t.Error(diff)
	}
	if n := OneArticle(pairs); n != 1 {
		t.Errorf("%d pairs are of one article, want 1", n)
	}
	passages, err := Passages(pairs, nil, docs)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if err := Write(dir, pairs, passages); err != nil {
		t.Fatal(err)
	}
	written, err := corpus.ReadPairs(filepath.Join(dir, PairsFile))
	if err != nil {
		t.Fatal(err)
	}
	texts, err := corpus.ReadPassages(filepath.Join(dir, TextsFile))
	if err != nil {
		t.Fatal(err)
	}
	queries, positives, err := texts.Resolve(written)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"東京は首都である。", "山である。"}, {"<京都> の & 寺。", "山である。"}}, [][]string{queries, positives}); diff != "" {
		t.Error(diff)
	}
}

// The published topics and judgements give the paper's number of pairs.
func TestPublished(t *testing.T) {
	const dir = "../../../data/miracl-ja/"
	list, err := Topics(dir+"topics.miracl-v1.0-ja-train.tsv", dir+"qrels.miracl-v1.0-ja-train.tsv")
	if err != nil {
		t.Fatal(err)
	}
	pairs := Pairs(list)
	if len(list) != 3477 || len(pairs) != 1746 || OneArticle(pairs) != 600 {
		t.Errorf("%d topics, %d pairs, %d of one article; want 3477, 1746, 600", len(list), len(pairs), OneArticle(pairs))
	}
}

func TestRefused(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "f.jsonl")
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for want, c := range map[string]struct{ topics, qrels string }{
		"no such file":                             {"nowhere.tsv", qrels},
		"f.jsonl: no lines":                        {file(""), qrels},
		"f.jsonl:2: 1 fields":                      {file("1\ta\n2\n"), qrels},
		"f.jsonl:1: the line is not UTF-8":         {file("1\t\xff\n"), qrels},
		`f.jsonl:2: topic "1" stands twice`:        {file("1\ta\n1\tb\n"), qrels},
		`f.jsonl:1: topic "5" is not in testdata`:  {topics, file("5\tQ0\ta#0\t1\n")},
		`f.jsonl:1: the judgement is "2"`:          {topics, file("1\tQ0\ta#0\t2\n")},
		`f.jsonl:2: passage "a#0" is judged twice`: {topics, file("1\tQ0\ta#0\t1\n1\tQ0\ta#0\t0\n")},
	} {
		if _, err := Topics(c.topics, c.qrels); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	pairs := []Pair{{"a", "b", "1"}}
	a := `{"docid": "a", "title": "", "text": "x"}` + "\n"
	for want, content := range map[string]string{
		`1 of 2 passages are not in`:            a,
		`f.jsonl:2: not JSON`:                   a + "{\n",
		`f.jsonl:1: fields "docid" and "text"`:  `{"id": "a", "text": "x"}`,
		`f.jsonl:1: field "text" is a number`:   `{"docid": "a", "text": 3}`,
		`f.jsonl:2: the passage "a" stands twi`: a + strings.Replace(a, `"x"`, `"y"`, 1),
	} {
		if _, err := Passages(pairs, nil, file(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
