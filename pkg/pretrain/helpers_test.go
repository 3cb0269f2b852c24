package pretrain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// cache holds the tokenized texts of all tests of a process.
var cache string

func TestMain(m *testing.M) {
	if options := os.Getenv(childEnv); options != "" {
		child(options)
		return
	}
	var err error
	if cache, err = os.MkdirTemp("", "pretrain"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(cache)
	os.Exit(code)
}

func projectPath(t testing.TB, elements ...string) string {
	t.Helper()
	path, err := project.Path(elements...)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// small are the settings of a run of seconds.
var small = []string{
	"hidden_size=16", "num_attention_heads=2", "intermediate_size=24", "num_hidden_layers=2", "max_length=32", "batch_size=3",
	"lengths=32", "lr=0.01", "total_steps=8", "warmup_steps=2", "checkpoint_steps=0", "checkpoint_every=2", "eval_every=2", "eval_documents=4",
	"retrieval_every=0",
}

func settings(t testing.TB, assignments ...string) Settings {
	t.Helper()
	s, err := Preset("tiny", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range assignments {
		if err := s.Set(a); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func options(t testing.TB, assignments ...string) Options {
	t.Helper()
	return Options{
		Settings: settings(t, assignments...), Output: filepath.Join(t.TempDir(), "run"), Cache: cache,
		Tokenizer: projectPath(t, "data", "tokenizer"),
		Data:      []string{writeTexts(t, 40)},
	}
}

// writeTexts makes documents of different lengths; the same number gives the
// same file.
func writeTexts(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(cache, fmt.Sprintf("texts-%d.jsonl", n))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	var b strings.Builder
	for i := range n {
		data, _ := json.Marshal(map[string]string{"text": strings.Repeat(fmt.Sprintf("文書%dの本文は短い。", i), 1+i%5)})
		b.Write(append(data, '\n'))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRun(t testing.TB, opt Options) Summary {
	t.Helper()
	s, err := Run(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readLines[T any](t testing.TB, path string) []T {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	for line := range bytes.Lines(data) {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%s: %q: %v", path, line, err)
		}
		all = append(all, v)
	}
	return all
}

// untimed are the log's lines without their wall time.
func untimed(t testing.TB, output string) []run.Line {
	t.Helper()
	lines := readLines[run.Line](t, filepath.Join(output, run.LogFile))
	for i := range lines {
		lines[i].Seconds = 0
	}
	return lines
}

// same compares two runs: logs line by line, checkpoints byte by byte.
func same(t testing.TB, a, b string, step int) {
	t.Helper()
	if diff := cmp.Diff(untimed(t, a), untimed(t, b)); diff != "" {
		t.Errorf("log.jsonl: %s", diff)
	}
	evals := func(dir string) []result.Evaluation {
		return readLines[result.Evaluation](t, filepath.Join(dir, run.EvalFile))
	}
	if diff := cmp.Diff(evals(a), evals(b)); diff != "" {
		t.Errorf("eval.jsonl: %s", diff)
	}
	for _, name := range []string{"model.safetensors", momentsFile} {
		x, err := os.ReadFile(filepath.Join(a, run.Staying, run.StepName(step), name))
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(filepath.Join(b, run.Staying, run.StepName(step), name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("step %d: %s differs", step, name)
		}
	}
}

func withValidation(t testing.TB, opt Options) Options {
	opt.Valid = []string{writeTexts(t, 6)}
	return opt
}

// withHeads is the first checkpoint of a run as a model of one head: the
// weights' shapes do not tell how many there are.
func withHeads(t *testing.T, output string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(output, run.Staying, run.StepName(0)))); err != nil {
		t.Fatal(err)
	}
	config := readFile(t, filepath.Join(dir, "config.json"))
	overwrite(t, filepath.Join(dir, "config.json"), strings.Replace(config, `"num_attention_heads": 2`, `"num_attention_heads": 1`, 1))
	return dir
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func hold(t *testing.T, output string) {
	t.Helper()
	unlock, err := run.Lock(output)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unlock)
}

func blank(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "blank.jsonl")
	overwrite(t, path, "\n\n")
	return path
}

func overwrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
