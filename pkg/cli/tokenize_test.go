package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ourTokenizer = "../../data/tokenizer"

// command runs a command line in the process.
func command(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = Run(context.Background(), args, &out, &errs)
	return out.String(), errs.String(), code
}

func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTokenize(t *testing.T) {
	input := file(t, "a.jsonl", `{"text": "こんにちは"}`+"\n\n"+`{"text": "", "other": 1}`+"\n"+`{"text": "日本の首都は<MASK|LLM-jp>であり、"}`+"\n")
	type line struct {
		IDs    []int32  `json:"ids"`
		Tokens []string `json:"tokens"`
	}
	for _, c := range []struct {
		name  string
		flags []string
		want  []line
	}{
		{"special", nil, []line{
			{[]int32{5, 39801, 6}, []string{"<CLS|LLM-jp>", "▁こんにちは", "<SEP|LLM-jp>"}},
			{[]int32{5, 6}, []string{"<CLS|LLM-jp>", "<SEP|LLM-jp>"}},
			{[]int32{5, 99027, 77761, 29282, 3, 279, 78562, 6}, []string{"<CLS|LLM-jp>", "▁日本の", "首都", "は", "<MASK|LLM-jp>", "▁", "であり、", "<SEP|LLM-jp>"}},
		}},
		{"plain", []string{"--no-special-tokens"}, []line{
			{[]int32{39801}, []string{"▁こんにちは"}},
			{[]int32{}, []string{}},
			{[]int32{99027, 77761, 29282, 3, 279, 78562}, []string{"▁日本の", "首都", "は", "<MASK|LLM-jp>", "▁", "であり、"}},
		}},
		{"short", []string{"--max-length", "3"}, []line{
			{[]int32{5, 39801, 6}, []string{"<CLS|LLM-jp>", "▁こんにちは", "<SEP|LLM-jp>"}},
			{[]int32{5, 6}, []string{"<CLS|LLM-jp>", "<SEP|LLM-jp>"}},
			{[]int32{5, 99027, 6}, []string{"<CLS|LLM-jp>", "▁日本の", "<SEP|LLM-jp>"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := command(append([]string{"tokenize", "--model", ourTokenizer, "--input", input}, c.flags...)...)
			if code != 0 || stderr != "" {
				t.Fatalf("exit status %d, %s", code, stderr)
			}
			var got []line
			for l := range strings.Lines(stdout) {
				var one line
				if err := json.Unmarshal([]byte(l), &one); err != nil {
					t.Fatal(err)
				}
				got = append(got, one)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenizeRefused(t *testing.T) {
	model := t.TempDir()
	for _, name := range []string{"tokenizer.json.gz", "tokenizer_config.json"} {
		data, err := os.ReadFile(filepath.Join(ourTokenizer, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(model, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(model, "config.json"), []byte(`{"vocab_size": 500}`), 0o666); err != nil {
		t.Fatal(err)
	}
	good := file(t, "good.jsonl", `{"text": "a"}`)
	broken := file(t, "broken.jsonl", `{"text": "a"}`+"\n"+`{"text": 3}`+"\n")
	binary := file(t, "binary.jsonl", "{\"text\": \"a\"}\n{\"text\": \"\xff\"}\n")
	for _, c := range []struct {
		name string
		args []string
		want string
		code int
	}{
		{"no model", []string{"--input", good}, "--model", 2},
		{"no input", []string{"--model", ourTokenizer}, "--input", 2},
		{"unknown flag", []string{"--modle", ourTokenizer}, "--modle", 2},
		{"negative length", []string{"--model", ourTokenizer, "--input", good, "--max-length", "-1"}, "--max-length", 2},
		{"no room", []string{"--model", ourTokenizer, "--input", good, "--max-length", "1"}, "2 special tokens", 2},
		{"no such model", []string{"--model", filepath.Join(model, "none"), "--input", good}, "no such file or folder", 1},
		{"vocabulary", []string{"--model", model, "--input", good}, "vocab_size is 500", 1},
		{"no tokenizer", []string{"--model", t.TempDir(), "--input", good}, "tokenizer.json", 1},
		{"empty", []string{"--model", ourTokenizer, "--input", file(t, "empty.jsonl", "")}, "empty.jsonl", 1},
		{"wrong type", []string{"--model", ourTokenizer, "--input", broken}, broken + ":2: ", 1},
		{"not UTF-8", []string{"--model", ourTokenizer, "--input", binary}, binary + ":2: ", 1},
		{"ids", []string{"--model", ourTokenizer, "--input", file(t, "ids.jsonl", `{"ids": [1]}`)}, "ids.jsonl:1: ", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, stderr, code := command(append([]string{"tokenize"}, c.args...)...)
			if code != c.code || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit status %d and %q, want %d and one line with %q", code, stderr, c.code, c.want)
			}
		})
	}
}

// TestTokenizerCommand converts the cut-down SentencePiece model.
func TestTokenizerCommand(t *testing.T) {
	output := filepath.Join(t.TempDir(), "made")
	args := []string{"tokenizer", "--from", "../text/testdata/small.model", "--output", output}
	if _, stderr, code := command(args...); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	input := file(t, "a.jsonl", `{"text": "の。"}`)
	stdout, stderr, code := command("tokenize", "--model", output, "--input", input)
	if code != 0 || !strings.HasPrefix(stdout, `{"ids": [5, `) || !strings.Contains(stdout, `"<SEP|LLM-jp>"]}`) {
		t.Errorf("exit status %d, %s%s", code, stdout, stderr)
	}
	if _, stderr, code := command(args...); code != 1 || !strings.Contains(stderr, "not empty") {
		t.Errorf("a directory that is there: exit status %d, %s", code, stderr)
	}
	args[2], args[4] = input, filepath.Join(t.TempDir(), "another")
	if _, stderr, code := command(args...); code != 1 || !strings.Contains(stderr, input) {
		t.Errorf("no model: exit status %d, %s", code, stderr)
	}
}
