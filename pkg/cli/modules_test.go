package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// sentenceModel lays a sentence model's own files over the test model's.
func sentenceModel(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	for _, from := range []string{testModel, filepath.Join("testdata", "sentence", name)} {
		err := filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			inside, _ := filepath.Rel(from, path)
			data, err := os.ReadFile(path)
			if err == nil {
				err = os.MkdirAll(filepath.Dir(filepath.Join(dir, inside)), 0o777)
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, inside), data, 0o666)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sentenceGolden returns sentence-transformers' numbers and their texts.
func sentenceGolden(t *testing.T) (golden *checkpoint.File, texts []string) {
	t.Helper()
	golden = tensorFile(t, "testdata/sentence.safetensors")
	if err := json.Unmarshal([]byte(golden.Metadata()["texts"]), &texts); err != nil {
		t.Fatal(err)
	}
	return golden, texts
}

// embed and the model that export writes give what sentence-transformers 6
// gives for a model with modules of its own: pooling, Dense, Normalize, length,
// default prompt, and the spaces at the ends of a text.
func TestSentenceModules(t *testing.T) {
	golden, texts := sentenceGolden(t)
	var lines strings.Builder
	for _, text := range texts {
		line, _ := json.Marshal(map[string]string{"text": text})
		fmt.Fprintf(&lines, "%s\n", line)
	}
	input := file(t, "texts.jsonl", lines.String())
	entries, err := os.ReadDir("testdata/sentence")
	if err != nil || len(entries) < 8 {
		t.Fatal(entries, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		dir := sentenceModel(t, name)
		want, _ := golden.Info(name + "/encode")
		got := written(t, "embed", "--model", dir, "--input", input)
		shape(t, got, "embeddings", want.Shape...)
		near(t, got, golden, "embeddings", name+"/encode")
		again := filepath.Join(t.TempDir(), "again")
		if _, stderr, code := command("export", "--model", dir, "--output", again, "--to", toSentenceTransformers); code != 0 {
			t.Fatal(stderr)
		}
		near(t, written(t, "embed", "--model", again, "--input", input), golden, "embeddings", name+"/encode")
		plain := written(t, "embed", "--model", dir, "--input", input, "--plain")
		near(t, plain, golden, "embeddings", "plain/encode")
	}
}

// retrieve ranks by the model's own similarity and prompts.
func TestRetrieveFollowsModules(t *testing.T) {
	golden, texts := sentenceGolden(t)
	var pairs strings.Builder
	for i, text := range texts { // each text's partner is the next one
		line, _ := json.Marshal(map[string]string{"query": text, "positive": texts[(i+1)%len(texts)]})
		fmt.Fprintf(&pairs, "%s\n", line)
	}
	input := file(t, "pairs.jsonl", pairs.String())
	for _, name := range []string{"cls", "dense", "unit", "prompts", "older"} {
		scores, err := golden.Float32s(name + "/similarity")
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		for i := range texts {
			row, right, rank := scores[i*len(texts):(i+1)*len(texts)], (i+1)%len(texts), 1
			for _, s := range row {
				if s > row[right] {
					rank++
				}
			}
			want = append(want, rank)
		}
		stdout, stderr, code := command("retrieve", "--model", sentenceModel(t, name), "--pairs", input)
		var got struct{ Ranks []int }
		if err := json.Unmarshal([]byte(stdout), &got); code != 0 || err != nil {
			t.Fatal(code, stderr, err)
		}
		if diff := cmp.Diff(want, got.Ranks); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What a sentence model may say and this program does not compute is refused
// by its name, with the way out.
func TestModulesRefused(t *testing.T) {
	input := file(t, "in.jsonl", `{"text": "a"}`)
	edit := func(file, from, to string) func(string) error {
		return func(dir string) error {
			data, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil || !strings.Contains(string(data), from) {
				return fmt.Errorf("%s has no %s: %w", file, from, err)
			}
			return os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(string(data), from, to, 1)), 0o666)
		}
	}
	for want, change := range map[string]func(dir string) error{
		"pooling lasttoken is not supported":             edit("1_Pooling/config.json", `"mean"`, `"lasttoken"`),
		"pooling mean and max is not supported":          edit("1_Pooling/config.json", `"mean"`, `["mean", "max"]`),
		`"similarity_fn_name": "euclidean"`:              edit("config_sentence_transformers.json", `"dot"`, `"euclidean"`),
		"LayerNorm at this place is not supported":       edit("modules.json", "normalize.Normalize", "layer_norm.LayerNorm"),
		`"torch.nn.modules.activation.Mish"`:             edit("2_Dense/config.json", "GELU", "Mish"),
		`"2_Dense/../.." is not a folder of the model`:   edit("modules.json", `"2_Dense"`, `"2_Dense/../.."`),
		"a Transformer in the model's own folder":        edit("modules.json", `"path": ""`, `"path": "0_Transformer"`),
		`"do_lower_case": true is not supported`:         edit("sentence_bert_config.json", "{", `{"do_lower_case": true,`),
		"in pytorch_model.bin is not read":               func(dir string) error { return os.Remove(filepath.Join(dir, "2_Dense", "model.safetensors")) },
		"is a link that leaves its folder":               func(dir string) error { return relink(filepath.Join(dir, "2_Dense", "config.json")) },
		`tensor "linear.weight" of shape [9 32] is need`: edit("2_Dense/config.json", `"out_features": 8`, `"out_features": 9`),
	} {
		dir := sentenceModel(t, "unit")
		if err := change(dir); err != nil {
			t.Fatal(err)
		}
		output := filepath.Join(t.TempDir(), "e")
		_, stderr, code := command("embed", "--model", dir, "--input", input, "--output", output)
		if code != 1 || !strings.Contains(stderr, want) || !strings.Contains(stderr, "--plain") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %s", want, code, stderr)
		}
		if _, err := os.Stat(output); err == nil {
			t.Errorf("%s: the output was written", want)
		}
	}
}

// relink moves a file out of its folder and links to it.
func relink(path string) error {
	away := filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(path))), "away")
	if err := os.Rename(path, away); err != nil {
		return err
	}
	return os.Symlink(away, path)
}

// similarity refuses dot products of vectors that have no unit length.
func TestSimilarityOfDot(t *testing.T) {
	pairs, texts := promptedTask(t, "", "")
	for name, want := range map[string]int{"dense": 1, "unit": 0} {
		_, stderr, code := command("similarity", "--model", sentenceModel(t, name), "--pairs", pairs, "--texts", texts, "--random", "2")
		if code != want || code == 1 && !strings.Contains(stderr, "similarity_fn_name dot") {
			t.Errorf("%s: exit %d, %s", name, code, stderr)
		}
	}
	if !slices.Contains(strings.Fields(sentenceHelp), "--plain") {
		t.Error("the help does not name --plain")
	}
}
