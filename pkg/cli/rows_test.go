package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

const (
	testData = "../eval/testdata"
	testBERT = "../eval/testdata/bert" // a classifier of three labels, 40 tokens long
)

// goldenTexts are the texts of golden.py, as an input file, and their ids.
func goldenTexts(t *testing.T) (input string, ids [][]int32) {
	t.Helper()
	var golden struct {
		Texts      []string
		ModernBERT struct{ IDs [][]int32 }
	}
	data, err := os.ReadFile(filepath.Join(testData, "golden.json"))
	if err == nil {
		err = json.Unmarshal(data, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, text := range golden.Texts {
		line, _ := json.Marshal(map[string]string{"text": text})
		fmt.Fprintf(&lines, "%s\n", line)
	}
	return file(t, "texts.jsonl", lines.String()), golden.ModernBERT.IDs
}

// written runs a command that writes a safetensors file.
func written(t *testing.T, args ...string) *checkpoint.File {
	t.Helper()
	output := filepath.Join(t.TempDir(), "out.safetensors")
	if _, stderr, code := command(append(args, "--output", output)...); code != 0 {
		t.Fatalf("%v: exit status %d, %s", args, code, stderr)
	}
	return tensorFile(t, output)
}

func tensorFile(t *testing.T, path string) *checkpoint.File {
	t.Helper()
	f, err := checkpoint.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// near wants a tensor's first numbers within 1e-4 of want's standard deviation.
func near(t *testing.T, got, want *checkpoint.File, name, as string) {
	t.Helper()
	x, err := got.Float32s(name)
	if err != nil {
		t.Error(err)
		return
	}
	y, err := want.Float32s(as)
	if err != nil {
		t.Fatal(err)
	}
	if len(x) < len(y) {
		t.Errorf("%s: %d numbers, want %d", name, len(x), len(y))
		return
	}
	var sum, squares, worst float64
	for i, v := range y {
		sum += float64(v)
		squares += float64(v) * float64(v)
		worst = max(worst, math.Abs(float64(x[i]-v)))
	}
	n := float64(len(y))
	if std := math.Sqrt(squares/n - sum*sum/n/n); !(worst <= 1e-4*std) {
		t.Errorf("%s: off by %.2g standard deviations", name, worst/std)
	}
}

func shape(t *testing.T, f *checkpoint.File, name string, want ...int) {
	t.Helper()
	if info, ok := f.Info(name); !ok || !slices.Equal(info.Shape, want) || info.DType != checkpoint.F32 {
		t.Errorf("%s is %s %v, want F32 %v", name, info.DType, info.Shape, want)
	}
}

// The commands give transformers' numbers (golden.py in testData).
func TestRowCommands(t *testing.T) {
	golden := tensorFile(t, filepath.Join(testData, "golden.safetensors"))
	input, ids := goldenTexts(t)
	for _, pooling := range []string{"mean", "cls"} {
		for model, dir := range map[string]string{"modernbert": testModel, "bert": testBERT} {
			f := written(t, "embed", "--model", dir, "--input", input, "--pooling", pooling)
			shape(t, f, "embeddings", len(ids), 32)
			near(t, f, golden, "embeddings", model+"/"+pooling)
		}
	}
	all := written(t, "hidden", "--model", testModel, "--input", input)
	last := written(t, "hidden", "--model", testModel, "--input", input, "--layer", "last")
	if got := len(all.Names()); got != 5*len(ids) || len(last.Names()) != len(ids) {
		t.Errorf("%d and %d tensors of %d texts", got, len(last.Names()), len(ids))
	}
	logits := written(t, "logits", "--model", testModel, "--input", input)
	classes := written(t, "logits", "--model", testBERT, "--input", input)
	vocab, _ := golden.Info("modernbert/5/logits")
	for _, i := range []int{0, 5, 7, 8} {
		for layer := range 5 {
			name := fmt.Sprintf("%d/layer_%02d", i, layer)
			shape(t, all, name, len(ids[i]), 32)
			near(t, all, golden, name, "modernbert/"+name)
		}
		near(t, last, golden, fmt.Sprintf("%d/layer_04", i), fmt.Sprintf("modernbert/%d/layer_04", i))
		name := fmt.Sprintf("%d/logits", i)
		shape(t, logits, name, len(ids[i]), vocab.Shape[1])
		near(t, logits, golden, name, "modernbert/"+name)
		shape(t, classes, name, 3)
		near(t, classes, golden, name, "bert/"+name)
	}
}

// Ids stand as they are, their mask counts, and they need no tokenizer.
func TestRowCommandsIDs(t *testing.T) {
	golden := tensorFile(t, filepath.Join(testData, "golden.safetensors"))
	_, ids := goldenTexts(t)
	bare := t.TempDir()
	for _, name := range []string{"config.json", "model.safetensors"} {
		data, err := os.ReadFile(filepath.Join(testModel, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(bare, name), data, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	mask := make([]int, len(ids[0]))
	for i := range 20 {
		mask[i] = 1
	}
	line, _ := json.Marshal(map[string]any{"ids": ids[0], "attention_mask": mask})
	f := written(t, "logits", "--model", bare, "--input", file(t, "ids.jsonl", string(line)))
	near(t, f, golden, "0/logits", "padded/logits")
	shape(t, f, "0/logits", len(ids[0]), 387)
	_, stderr, code := command("embed", "--model", bare, "--input", file(t, "t.jsonl", `{"text": "a"}`), "--output", filepath.Join(bare, "e"))
	if code != 1 || !strings.Contains(stderr, "tokenizer") {
		t.Errorf("a text without a tokenizer: exit status %d, %s", code, stderr)
	}
}

func TestRowCommandsRefused(t *testing.T) {
	dir := t.TempDir()
	good := file(t, "good.jsonl", `{"text": "a"}`)
	out := filepath.Join(dir, "out")
	lines := func(s string) string { return file(t, "bad.jsonl", `{"text": "a"}`+"\n"+s+"\n") }
	long, _ := json.Marshal(make([]int, 97))
	body := filepath.Join(dir, "body")
	if _, stderr, code := command("export", "--model", testModel, "--output", body, "--to", "sentence-transformers"); code != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		name, command, model, input string
		more                        []string
		want                        string
		code                        int
	}{
		{"no input", "hidden", testModel, "", nil, "--input", 2},
		{"layer", "hidden", testModel, good, []string{"--layer", "3"}, "--layer", 2},
		{"pooling", "embed", testModel, good, []string{"--pooling", "max"}, "--pooling", 2},
		{"compute", "logits", testModel, good, []string{"--compute", "f16"}, "--compute", 2},
		{"batch", "embed", testModel, good, []string{"--batch-size", "-1"}, "--batch-size", 2},
		{"no room", "embed", testModel, good, []string{"--max-length", "1"}, "2 special tokens", 2},
		{"unknown flag", "logits", testModel, good, []string{"--top", "1"}, "--top", 2},
		{"no folder", "embed", testModel, good, []string{"--output", filepath.Join(dir, "none", "e")}, "no folder", 1},
		{"a folder", "embed", testModel, good, []string{"--output", dir}, "is a directory", 1},
		{"no model", "embed", filepath.Join(dir, "none"), good, nil, "no such file or folder", 1},
		{"no head", "logits", body, good, nil, "no head", 1},
		{"empty input", "hidden", testModel, file(t, "empty.jsonl", "\n"), nil, "empty.jsonl", 1},
		{"outside the vocabulary", "hidden", testModel, lines(`{"ids": [5, 387]}`), nil, "bad.jsonl:2: ids[1] is 387", 1},
		{"negative", "logits", testModel, lines(`{"ids": [-1]}`), nil, "bad.jsonl:2: ids[0] is -1", 1},
		{"too long", "logits", testModel, lines(`{"ids": ` + string(long) + `}`), nil, "bad.jsonl:2: 97 tokens, the model takes 96", 1},
		{"mask", "hidden", testModel, lines(`{"ids": [5], "attention_mask": [1, 1]}`), nil, "bad.jsonl:2: ", 1},
		{"gap in the mask", "hidden", testModel, lines(`{"ids": [5, 6], "attention_mask": [0, 1]}`), nil, "bad.jsonl:2: ", 1},
		{"no ids", "embed", testModel, lines(`{"ids": []}`), nil, "bad.jsonl:2: ", 1},
		{"wrong type", "embed", testModel, lines(`{"text": ["a"]}`), nil, "bad.jsonl:2: ", 1},
		{"not JSON", "embed", testModel, lines(`{"text": `), nil, "bad.jsonl:2: ", 1},
		{"not UTF-8", "embed", testModel, lines("{\"text\": \"\xff\"}"), nil, "bad.jsonl:2: ", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{c.command, "--model", c.model, "--output", out}
			if c.input != "" {
				args = append(args, "--input", c.input)
			}
			_, stderr, code := command(append(args, c.more...)...)
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			if code != c.code || !strings.Contains(lines[len(lines)-1], c.want) {
				t.Errorf("exit status %d and %q, want %d and %q", code, stderr, c.code, c.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("the output was written")
			}
		})
	}
}
