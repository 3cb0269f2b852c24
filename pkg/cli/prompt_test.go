package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// Texts of a task with prompts before them, as a user without the flags would
// write them.
func promptedTask(t *testing.T, query, passage string) (pairs, texts string) {
	t.Helper()
	var p, c strings.Builder
	for i, text := range []string{"京都は千年の都である。", "富士山は高い。", "吾輩は猫である。"} {
		fmt.Fprintf(&p, "{\"query\": \"q%d\", \"positive\": \"p%d\"}\n", i, i)
		fmt.Fprintf(&c, "{\"id\": \"q%d\", \"text\": \"%s%s\"}\n", i, query, text)
		fmt.Fprintf(&c, "{\"id\": \"p%d\", \"text\": \"%s%s\"}\n", i, passage, text)
	}
	return file(t, "pairs.jsonl", p.String()), file(t, "texts.jsonl", c.String())
}

func TestPromptsStandBeforeTexts(t *testing.T) {
	cosines := func(query, passage string, flags ...string) (positive []float64) {
		pairs, texts := promptedTask(t, query, passage)
		args := []string{"similarity", "--model", testModel, "--pairs", pairs, "--texts", texts, "--random", "3"}
		stdout, stderr, code := command(append(args, flags...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		var report similarityReport
		if err := json.Unmarshal([]byte(stdout), &report); err != nil {
			t.Fatal(err)
		}
		return report.Positive
	}
	byFlag := cosines("", "", "--query-prompt", "問い: ", "--passage-prompt", "文: ")
	if diff := cmp.Diff(cosines("問い: ", "文: "), byFlag); diff != "" {
		t.Error(diff)
	}
	if without := cosines("", ""); cmp.Equal(without, byFlag) {
		t.Error("the prompts change nothing")
	}
}

func TestEmbedPrompt(t *testing.T) {
	embeddings := func(line string, flags ...string) []float32 {
		args := append([]string{"embed", "--model", testModel, "--input", file(t, "in.jsonl", line)}, flags...)
		values, err := written(t, args...).Float32s("embeddings")
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	want := embeddings(`{"text": "文: 富士山は高い。"}`)
	if diff := cmp.Diff(want, embeddings(`{"text": "富士山は高い。"}`, "--prompt", "文: ")); diff != "" {
		t.Error(diff)
	}
	ids := `{"ids": [5, 300, 6]}`
	if diff := cmp.Diff(embeddings(ids), embeddings(ids, "--prompt", "文: ")); diff != "" {
		t.Error("ids:", diff)
	}
}

// An exported model keeps the prompts of its source; flags come before them.
func TestExportPrompts(t *testing.T) {
	source := tinyBERT(t)
	export := func(flags ...string) checkpoint.Prompts {
		out := t.TempDir()
		args := []string{"--model", source, "--output", out, "--to", toSentenceTransformers}
		if code, _, stderr := runExport(append(args, flags...)...); code != 0 {
			t.Fatal(stderr)
		}
		s, err := checkpoint.ReadSentence(out)
		if err != nil {
			t.Fatal(err)
		}
		return s.Prompts
	}
	if diff := cmp.Diff(checkpoint.Prompts{ByName: map[string]string{}}, export()); diff != "" {
		t.Error(diff)
	}
	name := "query"
	write := func(content string) {
		if err := os.WriteFile(filepath.Join(source, "config_sentence_transformers.json"), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"prompts": {"query": "問い: ", "題": "題: "}, "default_prompt_name": "query"}`)
	want := checkpoint.Prompts{ByName: map[string]string{"query": "クエリ: ", "document": "文章: ", "題": "題: "}, Default: &name}
	if diff := cmp.Diff(want, export("--query-prompt", "クエリ: ", "--passage-prompt", "文章: ")); diff != "" {
		t.Error(diff)
	}

	for content, message := range map[string]string{
		`{"prompts": {}, "default_prompt_name": "題"}`: `default_prompt_name is "題", and prompts has none of that name`,
		`{"prompts": ["query"]}`:                      `config_sentence_transformers.json: field "prompts" is an array, an object is needed`,
	} {
		write(content)
		code, _, stderr := runExport("--model", source, "--output", t.TempDir(), "--to", toSentenceTransformers)
		if code != 1 || !strings.Contains(stderr, message) {
			t.Errorf("%s: exit %d, %s", content, code, stderr)
		}
	}
	code, _, stderr := runExport("--model", source, "--output", t.TempDir(), "--query-prompt", "問い: ")
	if code != 2 || !strings.Contains(stderr, "need --to sentence-transformers") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
