package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testModel = "../eval/testdata/modernbert"

// pairsAndTexts are four passages, two of them equal, and three pairs.
func pairsAndTexts(t *testing.T) (pairs, texts string) {
	t.Helper()
	pairs = file(t, "pairs.jsonl", `{"query": "k#0", "positive": "k#1"}
{"query": "k#0", "positive": "again"}
{"query": "k#1", "positive": "k#0"}
`)
	texts = file(t, "texts.jsonl", `{"id": "k", "paragraphs": ["京都は千年の都である。", "富士山 は高い。"]}
{"id": "again", "text": "富士山 は高い。"}
{"id": "empty", "text": ""}
`)
	return pairs, texts
}

func TestRetrieve(t *testing.T) {
	pairs, texts := pairsAndTexts(t)
	// Query 1 is its own passage's text, at index 2; of the two equal passages
	// the lower index comes first.
	for model, want := range map[string][]int{
		testModel: {2, 3, 3},
		"edit":    {2, 3, 3},
		"jaccard": {2, 3, 3},
	} {
		output := filepath.Join(t.TempDir(), "ranks.jsonl")
		stdout, stderr, code := command("retrieve", "--model", model, "--pairs", pairs, "--texts", texts, "--output", output)
		if code != 0 {
			t.Fatalf("%s: %s", model, stderr)
		}
		var got struct {
			Ranks  []int
			N      int
			Recall float64 `json:"recall@10"`
		}
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || strings.Count(stdout, "\n") != 1 {
			t.Fatalf("%s: %q is not one line of JSON: %v", model, stdout, err)
		}
		if diff := cmp.Diff(want, got.Ranks); diff != "" || got.N != 3 || got.Recall != 1 {
			t.Errorf("%s: %s", model, stdout)
		}
		lines, _ := os.ReadFile(output)
		if want := "{\"index\": 0, \"rank\": 2}\n{\"index\": 1, \"rank\": 3}\n{\"index\": 2, \"rank\": 3}\n"; string(lines) != want {
			t.Errorf("%s wrote %q", model, lines)
		}
	}
}

// By its length a long near miss is nearer than a short text that shares
// nothing; by the number of edits it is the other way round.
func TestRetrieveByLength(t *testing.T) {
	pairs := file(t, "pairs.jsonl", `{"query": "あいうえおかきくけこ", "positive": "あいうえおxxxxxかきくけこ"}
{"query": "い", "positive": "うえお"}
`)
	for _, c := range []struct {
		args []string
		want string
	}{{nil, `"ranks":[1,1]`}, {[]string{"--by-length"}, `"ranks":[1,2]`}} {
		stdout, stderr, code := command(append([]string{"retrieve", "--model", "edit", "--pairs", pairs}, c.args...)...)
		if code != 0 || !strings.Contains(stdout, c.want) {
			t.Errorf("%v: exit %d, %s%s, want %s", c.args, code, stdout, stderr, c.want)
		}
	}
}

func TestRetrieveUsage(t *testing.T) {
	pairs, texts := pairsAndTexts(t)
	base := []string{"retrieve", "--model", "edit", "--pairs", pairs, "--texts", texts}
	for want, args := range map[string][]string{
		"needs --model":       {"retrieve", "--pairs", pairs},
		"needs --model M and": {"retrieve", "--model", "edit"},
		`pooling "max"`:       append(base, "--pooling", "max"),
		`unit "line"`:         append(base, "--unit", "line"),
		"--max-length -1":     append(base, "--max-length", "-1"),
		"unknown flag: --top": append(base, "--top", "3"),
	} {
		if _, stderr, code := command(args...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, %q, want %q", args, code, stderr, want)
		}
	}
}
