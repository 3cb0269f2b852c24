package cli

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSimilarity(t *testing.T) {
	pairs, texts := pairsAndTexts(t)
	output := filepath.Join(t.TempDir(), "r.json")
	args := []string{"similarity", "--model", testModel, "--pairs", pairs, "--texts", texts, "--random", "5", "--output", output}
	stdout, stderr, code := command(args...)
	if code != 0 {
		t.Fatal(stderr)
	}
	var printed, written similarityReport
	if err := json.Unmarshal([]byte(stdout), &printed); err != nil {
		t.Fatalf("%q: %v", stdout, err)
	}
	content, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &written); err != nil {
		t.Fatal(err)
	}
	if len(printed.Positive) != 3 || len(printed.Random) != 5 || len(printed.RandomPairs) != 5 || printed.Pairs != 3 || printed.Texts != 10 {
		t.Fatal(stdout)
	}
	if printed.IsoScore == nil || *printed.IsoScore <= 0 || *printed.IsoScore > 1 {
		t.Errorf("isoscore %v", printed.IsoScore)
	}
	sum := 0.0
	for i, c := range printed.Positive {
		if d := written.Positive[i]; math.Abs(d-(2-2*c)) > 1e-9 {
			t.Errorf("pair %d: cosine %v, squared distance %v", i, c, d)
		}
		sum += (2 - 2*c) / 3
	}
	if math.Abs(sum-printed.Alignment) > 1e-9 {
		t.Errorf("alignment %v, mean squared distance %v", printed.Alignment, sum)
	}
	again, _, _ := command(args...)
	if again != stdout {
		t.Error("the same command printed two things")
	}
	other, stderr, code := command(append(args, "--seed", "7", "--uniformity", "pairs", "--pooling", "cls")...)
	if code != 0 || other == stdout {
		t.Errorf("exit %d %s: another seed and pooling print the same", code, stderr)
	}
}

func TestSimilarityRefused(t *testing.T) {
	pairs, texts := pairsAndTexts(t)
	one := file(t, "one.jsonl", `{"id": "k#0", "text": "あ"}`)
	own := file(t, "own.jsonl", `{"query": "k#0", "positive": "k#0"}`)
	for want, c := range map[string]struct {
		code int
		args []string
	}{
		"needs --model M, --pairs F and --texts F": {2, []string{"--model", testModel, "--pairs", pairs}},
		"--random 0":                   {2, []string{"--model", testModel, "--pairs", pairs, "--texts", texts, "--random", "0"}},
		`uniformity over "none"`:       {2, []string{"--model", testModel, "--pairs", pairs, "--texts", texts, "--uniformity", "none"}},
		"two passages at least":        {1, []string{"--model", testModel, "--pairs", own, "--texts", one}},
		`passage "k#1" is not in`:      {1, []string{"--model", testModel, "--pairs", pairs, "--texts", one}},
		"pairs.jsonl: no such file":    {1, []string{"--model", testModel, "--pairs", "pairs.jsonl", "--texts", one}},
		"nowhere":                      {1, []string{"--model", "./nowhere", "--pairs", pairs, "--texts", texts}},
		"there is no folder no-folder": {1, []string{"--model", testModel, "--pairs", pairs, "--texts", texts, "--output", "no-folder/r.json"}},
		"maximum length of 1":          {2, []string{"--model", testModel, "--pairs", pairs, "--texts", texts, "--max-length", "1"}},
	} {
		stdout, stderr, code := command(append([]string{"similarity"}, c.args...)...)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		if code != c.code || stdout != "" || !strings.Contains(lines[len(lines)-1], want) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q, want %q", c.args, code, stdout, stderr, want)
		}
	}
}
