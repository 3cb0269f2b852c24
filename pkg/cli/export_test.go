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

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// tinyBERT is a masked language model of 13 pieces with its tokenizer.
func tinyBERT(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "model", "checkpoint", "testdata", "saved", "bert-masked"))); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n東京\n日本\nは\nの\n首都\nです\n。\n##市\n",
		"tokenizer_config.json": `{"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
			"mecab_kwargs": {"mecab_dic": "unidic_lite"}, "model_max_length": 12}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func runExport(args ...string) (code int, stdout, stderr string) {
	var out, log bytes.Buffer
	code = Run(context.Background(), append([]string{"export"}, args...), &out, &log)
	return code, out.String(), log.String()
}

func TestExport(t *testing.T) {
	source := tinyBERT(t)
	for _, test := range []struct {
		to, dtype string
		head      model.Head
		want      checkpoint.DType
		files     []string
	}{
		{"transformers", "", model.MaskedLM, checkpoint.F32, []string{"README.md", "config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"}},
		{"transformers", "bf16", model.MaskedLM, checkpoint.BF16, []string{"README.md", "config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"}},
		{"sentence-transformers", "f32", model.Body, checkpoint.F32, []string{"1_Pooling", "README.md", "config.json", "config_sentence_transformers.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "tokenizer_config.json", "vocab.txt"}},
	} {
		out := filepath.Join(t.TempDir(), "out")
		args := []string{"--model", source, "--output", out, "--to", test.to}
		if test.dtype != "" {
			args = append(args, "--dtype", test.dtype)
		}
		code, stdout, stderr := runExport(args...)
		if code != 0 || stdout != out+"\n" {
			t.Fatalf("%s %s: exit %d\n%s%s", test.to, test.dtype, code, stdout, stderr)
		}
		var files []string
		entries, _ := os.ReadDir(out)
		for _, e := range entries {
			files = append(files, e.Name())
		}
		if diff := cmp.Diff(test.files, files); diff != "" {
			t.Errorf("%s: %s", test.to, diff)
		}
		c, err := checkpoint.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		if c.Head != test.head || c.DType != test.want {
			t.Errorf("%s %s: head %d, %s", test.to, test.dtype, c.Head, c.DType)
		}
		if _, err := c.Load(test.head); err != nil {
			t.Error(err)
		}
		if test.to == toSentenceTransformers {
			checkSentenceTransformers(t, out)
		}
	}
}

func checkSentenceTransformers(t *testing.T, dir string) {
	t.Helper()
	for name, want := range map[string]map[string]any{
		"sentence_bert_config.json": {"max_seq_length": 12.0, "do_lower_case": false, "model_args": map[string]any{"add_pooling_layer": false}},
		"1_Pooling/config.json":     {"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false, "word_embedding_dimension": 8.0},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for field, value := range want {
			if diff := cmp.Diff(value, got[field]); diff != "" {
				t.Errorf("%s: %s: %s", name, field, diff)
			}
		}
	}
}

func TestExportErrors(t *testing.T) {
	source, out := tinyBERT(t), filepath.Join(t.TempDir(), "out")
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	wide := tinyBERT(t)
	if err := os.WriteFile(filepath.Join(wide, "vocab.txt"), []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne\nf\ng\nh\ni\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--model", source}, 2, "needs --model M and --output DIR"},
		{[]string{"--model", source, "--output", out, "--to", "onnx"}, 2, `--to "onnx" is neither`},
		{[]string{"--model", source, "--output", out, "--dtype", "int8"}, 2, `dtype "int8" is none of`},
		{[]string{"--model", source, "--output", full}, 1, full + ": the directory is not empty"},
		{[]string{"--model", full, "--output", out}, 1, "config.json is not there"},
		{[]string{"--model", wide, "--output", out}, 1, "vocab_size is 13"},
		{[]string{"--model", "no-such-thing", "--output", out}, 1, "neither a directory that exists nor a hub id"},
	} {
		code, stdout, stderr := runExport(test.args...)
		if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit %d, want %d and %q\n%s%s", test.args, code, test.code, test.want, stdout, stderr)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}

// A checkpoint of a run gets a card with its data, recipe and numbers; a model
// that has a card keeps it.
func TestExportCard(t *testing.T) {
	folder := t.TempDir()
	step := filepath.Join(folder, run.Staying, run.StepName(2))
	if err := os.CopyFS(step, os.DirFS(tinyBERT(t))); err != nil {
		t.Fatal(err)
	}
	d := run.Description{Stage: 1, TotalSteps: 4, MaxLength: 128, Settings: json.RawMessage(`{"lr":0.0005,"batch_size":64,"model":{"hidden":8}}`)}
	d.Preset, d.Seed, d.Data, d.Notes = "tiny", 42, []result.Data{{Name: "data/corpus/train.jsonl.gz", Digest: "5eed"}}, []string{"Text: a substitute."}
	if err := d.Write(folder); err != nil {
		t.Fatal(err)
	}
	for name, lines := range map[string]string{
		run.EvalFile: `{"step":0,"loss":9,"accuracy":0}` + "\n" + `{"step":2,"loss":8.25,"accuracy":0.125,"recall@10":0.5,"mrr@10":0.25}` + "\n" + `{"step":4,"loss":7,"accuracy":0.2}` + "\n",
		run.LogFile:  `{"step":1,"loss":9}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(lines), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "shared")
	if code, _, stderr := runExport("--model", step, "--output", out, "--license", "cc-by-sa-4.0"); code != 0 {
		t.Fatal(stderr)
	}
	card, err := os.ReadFile(filepath.Join(out, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"---\nlanguage: ja\nlicense: cc-by-sa-4.0\nlibrary_name: transformers\npipeline_tag: fill-mask\ntags:\n- bert\n---\n\n# shared\n",
		"- `data/corpus/train.jsonl.gz`, SHA-256 `5eed`\n- Text: a substitute.\n", "Step 2 of 4 of stage 1, preset `tiny`, seed 42",
		"| `batch_size` | 64 |\n| `lr` | 0.0005 |\n", "loss (nats) | 8.2500 |", "accuracy of masked tokens | 0.1250 |", "Recall@10 | 0.5000 |",
		`AutoModelForMaskedLM.from_pretrained("shared")`,
	} {
		if !strings.Contains(string(card), want) {
			t.Errorf("%q is not in the card:\n%s", want, card)
		}
	}
	if err := os.Remove(filepath.Join(folder, run.EvalFile)); err != nil { // as pretrain --valid none leaves it
		t.Fatal(err)
	}
	without := filepath.Join(t.TempDir(), "without")
	if code, _, stderr := runExport("--model", step, "--output", without); code != 0 {
		t.Fatal(stderr)
	}
	if card, err := os.ReadFile(filepath.Join(without, "README.md")); err != nil || !strings.Contains(string(card), "no validation of step 2") {
		t.Errorf("the card of a run without validation (%v):\n%s", err, card)
	}
	again := filepath.Join(t.TempDir(), "again")
	if code, _, stderr := runExport("--model", out, "--output", again, "--to", "sentence-transformers"); code != 0 {
		t.Fatal(stderr)
	}
	if kept, err := os.ReadFile(filepath.Join(again, "README.md")); err != nil || !bytes.Equal(kept, card) {
		t.Errorf("the card was not kept (%v):\n%s", err, kept)
	}
	if code, _, stderr := runExport("--model", step, "--output", again+"2", "--license", "Some Licence"); code != 2 || !strings.Contains(stderr, "--license") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
