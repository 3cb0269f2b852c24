package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/eval/fillmask"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/result"
)

// untrained is the test model's twin under another name, so that there are two.
func untrained(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "twin")
	if err := os.CopyFS(dir, os.DirFS(testModel)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFillMaskJSON(t *testing.T) {
	text := "日本の首都は{}である。"
	stdout, stderr, code := command("fill-mask", "--model", testModel, "--json", text, "<MASK|LLM-jp>は{}です。", "--top-k", "2")
	if code != 0 {
		t.Fatal(stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	var got struct {
		Text  string
		Masks [][]struct {
			ID    int32
			Token string
			Score float64
		}
	}
	if err := json.Unmarshal([]byte(lines[0]), &got); err != nil || len(lines) != 2 {
		t.Fatalf("%q: %v", stdout, err)
	}
	if got.Text != text || len(got.Masks) != 1 || len(got.Masks[0]) != 2 || got.Masks[0][0].Score < got.Masks[0][1].Score || got.Masks[0][0].Token == "" {
		t.Errorf("%s", lines[0])
	}
	if strings.Contains(stdout, `\u003c`) || !strings.Contains(lines[1], "<MASK|LLM-jp>は{}です。") {
		t.Errorf("%s", lines[1])
	}
	broken := lines[0]
	stdout, stderr, code = command("fill-mask", "--model", testModel, "--json", text, "--top-k", "2", "--unbroken")
	if code != 0 || strings.TrimSpace(stdout) == broken {
		t.Errorf("--unbroken: exit status %d, %s%s", code, stdout, stderr)
	}
	// Several models: a line each, with the model's name.
	stdout, stderr, code = command("fill-mask", "--model", testModel, "--model", untrained(t), "--json", text)
	if code != 0 || strings.Count(stdout, "\n") != 2 || !strings.HasPrefix(stdout, `{"model":"modernbert",`) {
		t.Errorf("exit status %d, %s%s", code, stdout, stderr)
	}
}

func TestFillMaskTable(t *testing.T) {
	input := file(t, "s.jsonl", `{"id": 13, "text": "[]は山で[]る。", "answer": "エベレスト"}`)
	results := t.TempDir()
	stdout, stderr, code := command("fill-mask", "--model", testModel, "--model", untrained(t), "--input", input, "--placeholder", "[]", "--top-k", "3", "--result", results)
	if code != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{"13. []は山で[]る。\n", "expected: エベレスト (15 tokens: more than a mask holds)", "mask 2 of 2", "modernbert", "twin", "   3  "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if !utf8.ValidString(stdout) {
		t.Errorf("%q", stdout)
	}
	r, err := result.Load[result.FillMask](results)
	if err != nil || len(r.Models) != 2 || len(r.Sentences[0].Answers[1]) != 3 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestFillMaskRefused(t *testing.T) {
	nothing := file(t, "n.jsonl", `{"text": "{}"}`+"\n"+`{"text": "猫"}`+"\n")
	noMask := untrained(t)
	path := filepath.Join(noMask, "tokenizer_config.json")
	data, _ := os.ReadFile(path)
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), `"mask_token"`, `"another_token"`)), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"{}"}, "--model", 2},
		{[]string{"--model", testModel}, "needs a TEXT", 2},
		{[]string{"--model", testModel, "--input", nothing, "{}"}, "not both", 2},
		{[]string{"--model", testModel, "{}", "--top-k", "0"}, "--top-k", 2},
		{[]string{"--model", testModel, "{}", "--placeholder", ""}, "--placeholder", 2},
		{[]string{"--model", testModel, "{}", "--topk", "3"}, "--topk", 2},
		{[]string{"--model", testModel, "猫"}, "text 1 has no mask", 1},
		{[]string{"--model", testModel, "\xff{}"}, "UTF-8", 1},
		{[]string{"--model", testModel, ""}, "text 1 has no mask", 1},
		{[]string{"--model", testModel, "--input", nothing}, nothing + ":2: ", 1},
		{[]string{"--model", testBERT, "{}"}, "missing", 1},
		{[]string{"--model", noMask, "{}"}, "no mask token", 1},
	} {
		stdout, stderr, code := command(append([]string{"fill-mask"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.want) || stdout != "" {
			t.Errorf("%q: exit status %d, %q, want %d and %q", c.args, code, stderr, c.code, c.want)
		}
	}
}

// TestGuessColumns shows guesses as text; --json keeps the pieces.
func TestGuessColumns(t *testing.T) {
	guess := fillmask.Guess{ID: 7, Token: "åº¶æ°ĳ", Shown: "庶民", Score: 0.5}
	all := []fillmask.Answers{{Model: models.Model{Ref: "m"}, Masks: [][][]fillmask.Guess{{{guess}}}}}
	if columns := guessColumns(all, 0, 0); columns[1][1] != "庶民" {
		t.Errorf("the table shows %q", columns[1][1])
	}
	line, err := json.Marshal(guess)
	if err != nil || string(line) != `{"id":7,"token":"åº¶æ°ĳ","score":0.5}` {
		t.Errorf("--json writes %s, %v", line, err)
	}
}
