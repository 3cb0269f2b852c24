package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/run"
)

// A wrongUse is a command line that cannot be carried out.
type wrongUse struct {
	args string // between spaces; '' is an empty one
	code int    // exit status
	says string // parts of the error, in their order, with " … " between them
}

// Whatever is used wrongly ends with one line on stderr that names the file or
// the flag and the way out, prints nothing, and leaves the folders as they were.
func TestWrongUse(t *testing.T) {
	all := wrongUses()
	if len(all) < 100 {
		t.Fatalf("%d wrong uses", len(all))
	}
	makeUserFolder(t)
	t.Logf("%d wrong uses", len(all))
	before := snapshot(t)
	for _, w := range all {
		args := strings.Fields(strings.ReplaceAll(w.args, "''", "\x00"))
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "\x00", "")
		}
		stdout, stderr, code := command(args...)
		complain := func(format string, more ...any) {
			t.Errorf("%s: %s\n%s", w.args, fmt.Sprintf(format, more...), strings.TrimSpace(stderr))
		}
		if code != w.code {
			complain("exit status %d, want %d", code, w.code)
		}
		if stdout != "" {
			complain("it prints %.200q", stdout)
		}
		if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "modernbert: ") {
			complain("not one line")
		}
		for _, never := range []string{"modernbert: modernbert", "strconv", "?,", "goroutine", "internal error", ": :", "TODO"} {
			if strings.Contains(stderr, never) {
				complain("it holds %q", never)
			}
		}
		rest := stderr
		for _, part := range strings.Split(w.says, " … ") {
			_, after, ok := strings.Cut(rest, part)
			if !ok {
				complain("it lacks %q", part)
			}
			rest = after
		}
		if after := snapshot(t); after != before {
			complain("the folder is another than before:\n%s", difference(before, after))
			before = after
		}
	}
}

// snapshot lists the files below the working directory with their sizes and
// times. Locks, which stay, are left out.
func snapshot(t *testing.T) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == ".lock" {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if entry.IsDir() {
			fmt.Fprintf(&list, "%s/\n", path)
		} else {
			fmt.Fprintf(&list, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}

// difference returns the lines that are in one list alone.
func difference(before, after string) string {
	var out []string
	for _, pair := range [][3]string{{before, after, "- "}, {after, before, "+ "}} {
		for _, line := range strings.Split(pair[0], "\n") {
			if !strings.Contains("\n"+pair[1], "\n"+line+"\n") {
				out = append(out, pair[2]+line)
			}
		}
	}
	return strings.Join(out, "\n")
}

// userFiles are the small files of makeUserFolder.
var userFiles = map[string]string{
	"texts.jsonl":           `{"text": "京都の寺院"}`,
	"pool.jsonl":            `{"id": "京都の寺院", "text": "a"}` + "\n" + `{"id": "東京の神社", "text": "b"}`,
	"empty.jsonl":           "",
	"blank.jsonl":           "\n\n",
	"list.jsonl":            `["京都"]`,
	"broken.jsonl":          `{"text": "京`,
	"number.jsonl":          `{"text": 1}`,
	"notext.jsonl":          `{"body": "京都"}`,
	"latin.jsonl":           "{\"text\": \"caf\xe9\"}",
	"plain.jsonl.gz":        "京都",
	"plain.jsonl.zst":       "京都",
	"plain.parquet":         "京都",
	"table.csv":             "京都,寺院",
	"ids.jsonl":             `{"ids": [2, 99999, 3]}`,
	"minus.jsonl":           `{"ids": [2, -1, 3]}`,
	"noids.jsonl":           `{"ids": []}`,
	"mask.jsonl":            `{"ids": [2, 5, 3], "attention_mask": [1, 1]}`,
	"pairs.jsonl":           `{"query": "京都の寺院", "positive": "東京の神社"}`,
	"halfpair.jsonl":        `{"query": "京都の寺院"}`,
	"refs.jsonl":            `{"query": "a", "positive": "b"}`,
	"passages.jsonl":        `{"id": "a", "text": "京都"}`,
	"twice.jsonl":           `{"id": "a", "text": "京都"}` + "\n" + `{"id": "a", "text": "東京"}`,
	"jsts.json":             `{"sentence1": "京都", "sentence2": "東京", "label": 1.5}`,
	"jnli.json":             `{"sentence1": "京都", "sentence2": "東京", "label": "neutral"}`,
	"jcola.json":            `{"sentence": "京都", "label": 1}`,
	"high.json":             `{"sentence1": "京都", "sentence2": "東京", "label": 9}`,
	"nan.json":              `{"sentence1": "京都", "sentence2": "東京", "label": NaN}`,
	"nolabel.json":          `{"sentence1": "京都", "sentence2": "東京"}`,
	"full/thesis.tex":       "\\documentclass{article}",
	"badconfig/config.json": "{",
	"gpt/config.json":       `{"model_type": "gpt2"}`,
	"nanresult/jglue.json":  `{"kind": "jglue", "result": {"runs": [{"score": NaN}]}}`,
	"later/jglue.json":      `{"kind": "jglue", "result": {"version": 99}}`,
	"swapped/jglue.json":    `{"kind": "bench", "result": {}}`,
	"damaged/jglue.json":    `{"kind": "jgl`,
	"topics.tsv":            "1\tq",
	"qrels.tsv":             "1 Q0 2#0 1",
	"other.model":           "not a SentencePiece model",
	"tokenizer.json":        "{}",
}

// makeUserFolder makes a folder of right and wrong files, models and runs and
// makes it the working directory. Nothing comes from the hub.
func makeUserFolder(t *testing.T) {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	small := os.DirFS(filepath.Join(root, "pkg", "eval", "testdata", "modernbert"))
	t.Setenv("MODERNBERT_ROOT", root)
	t.Setenv("HF_HUB_OFFLINE", "1")
	t.Setenv("HF_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range userFiles {
		must(os.MkdirAll(filepath.Dir(name), 0o777))
		must(os.WriteFile(name, []byte(content), 0o666))
	}
	must(os.Mkdir("folder", 0o777))
	must(os.Symlink("loop", "loop"))
	for _, name := range []string{"model", "noweights", "pointer", "cut"} {
		must(os.CopyFS(name, small))
	}
	must(os.Remove("noweights/model.safetensors"))
	must(os.WriteFile("pointer/model.safetensors", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 161556\n"), 0o666))
	must(os.Truncate("cut/model.safetensors", 5000))
	must(os.Mkdir("run", 0o777))
	must(run.Description{Stage: 1, Settings: []byte(`{"preset": "small", "lr": 3}`)}.Write("run"))
}
