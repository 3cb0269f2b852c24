package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpusTexts makes some files of documents and returns their glob.
func corpusTexts(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "it's text")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		var b strings.Builder
		for j := range 20 + 10*i {
			fmt.Fprintf(&b, "{\"text\": \"文書%d、%d番目の文です。\"}\n", i, j)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("part-%d.jsonl", i)), []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "*.jsonl")
}

// Files that are tokenized one by one, as tasks of a job are, give the corpus
// of one process: its digest is equal. pretrain reads it.
func TestCorpus(t *testing.T) {
	data := corpusTexts(t)
	made := func(args ...string) (digest string) {
		t.Helper()
		stdout, stderr, code := command(append([]string{"corpus", "--data", data}, args...)...)
		var printed struct {
			Documents, Tokens int
			Digest            string
		}
		if err := json.Unmarshal([]byte(stdout), &printed); code != 0 || err != nil || printed.Documents != 140 || printed.Tokens < 1000 {
			t.Fatalf("exit %d, %v: %s%s", code, err, stdout, stderr)
		}
		return printed.Digest
	}
	serial, dir := t.TempDir(), t.TempDir()
	want := made("--output", serial)
	o := corpusOptions{data: []string{data}, output: dir, engineFlags: engineFlags{name: localEngine, workers: 2}}
	worker, err := o.worker()
	if err != nil {
		t.Fatal(err)
	}
	for _, numbers := range []string{"2", "0,3"} {
		if stdout, stderr, code := command(append(worker[1:], numbers)...); code != 0 || stdout != "" {
			t.Fatalf("exit %d: %s%s", code, stdout, stderr)
		}
	}
	if got := made("--output", dir); got != want {
		t.Errorf("digest %s by tasks, %s by one process", got, want)
	}

	run := filepath.Join(t.TempDir(), "run")
	pretrain := []string{"pretrain", "--output", run, "--valid", "none", "--retrieval", "none", "--steps", "1", "--set", "hidden_size=16",
		"--set", "intermediate_size=16", "--set", "num_attention_heads=2", "--set", "num_hidden_layers=1", "--set", "batch_size=2"}
	if _, stderr, code := command(append(pretrain, "--corpus", dir)...); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	content, _ := os.ReadFile(filepath.Join(run, "run.json"))
	if !strings.Contains(string(content), want) {
		t.Errorf("run.json without the digest %s: %s", want, content)
	}
	for _, wrong := range [][]string{{"--corpus", dir, "--data", data}, {"--corpus", filepath.Join(t.TempDir(), "nothing")}} {
		if _, stderr, code := command(append(pretrain, wrong...)...); code == 0 || !strings.Contains(stderr, "--corpus") {
			t.Errorf("%q: exit %d: %s", wrong, code, stderr)
		}
	}
}

// Workers find the texts where the working directory's name holds brackets.
func TestCorpusInBrackets(t *testing.T) {
	tokenizer, err := filepath.Abs(smallModel)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "m[1]")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if err := os.WriteFile("a.jsonl", []byte(`{"text": "京都の寺院"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	o := corpusOptions{data: []string{"*.jsonl"}, output: "out", tokenizer: tokenizer, engineFlags: engineFlags{name: localEngine, workers: 2}}
	worker, err := o.worker()
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := command(append(worker[1:], "0")...); code != 0 {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
