package checkpoint

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
)

// change copies one of transformers' directories and lets edit change its
// tensors by name and its files.
func change(t *testing.T, name string, edit func(tensors map[string]Tensor, dir string)) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(savedDir(name))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, WeightsFile)
	f, err := OpenFile(path)
	if err != nil { // in shards: only its files are changed
		edit(nil, dir)
		return dir
	}
	tensors := map[string]Tensor{}
	for _, name := range f.Names() {
		info, _ := f.Info(name)
		if info.DType == I64 {
			x, _ := f.Int64s(name)
			tensors[name] = Tensor{Name: name, Shape: info.Shape, Data: x}
			continue
		}
		x, _ := f.Float32s(name)
		tensors[name] = Tensor{Name: name, DType: info.DType, Shape: info.Shape, Data: x}
	}
	f.Close()
	edit(tensors, dir)
	var list []Tensor
	for name, tensor := range tensors {
		tensor.Name = name
		list = append(list, tensor)
	}
	if err := WriteFile(path, list, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// index changes weight_map.
func index(t *testing.T, dir string, edit func(weightMap map[string]string)) {
	t.Helper()
	var content struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(read(t, dir, IndexFile), &content); err != nil {
		t.Fatal(err)
	}
	edit(content.Map)
	data, _ := json.Marshal(content)
	write(t, dir, IndexFile, string(data))
}

const (
	wqkv = "model.layers.1.attn.Wqkv.weight"
	norm = "model.final_norm.weight"
)

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		name, from string
		edit       func(t *testing.T, x map[string]Tensor, dir string)
		want       []string // parts of the one error
	}{
		{"missing", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) { delete(x, wqkv) },
			[]string{WeightsFile, "1 missing: " + wqkv + " [24 8]"}},
		{"unexpected", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			x["model.layers.2.attn.Wqkv.weight"] = x[wqkv]
		}, []string{"1 unexpected: model.layers.2.attn.Wqkv.weight [24 8]"}},
		{"a bias that the config does not have", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			x["model.final_norm.bias"] = x[norm]
		}, []string{"1 unexpected: model.final_norm.bias [8]"}},
		{"misshapen", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			w := x[wqkv]
			w.Shape = []int{8, 24}
			x[wqkv] = w
		}, []string{wqkv + " is [8 24] and should be [24 8]"}},
		{"whole numbers", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			x[norm] = Tensor{Shape: []int{8}, Data: make([]int64, 8)}
		}, []string{"1 not floating-point: " + norm + " is I64"}},
		{"all at once", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			delete(x, wqkv)
			x["surplus"] = x[norm]
			x[norm] = Tensor{Shape: []int{4, 2}, Data: make([]float32, 8)}
			x["decoder.bias"] = Tensor{Shape: []int{13}, Data: make([]int64, 13)}
		}, []string{"1 missing: " + wqkv, "1 unexpected: surplus", norm + " is [4 2]", "decoder.bias is I64"}},
		{"a hundred", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			for i := range 100 {
				x["surplus"+strings.Repeat("s", i)] = x[norm]
			}
		}, []string{"100 unexpected", "and 88 more"}},
		{"two names of one weight", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			x["final_norm.weight"] = x[norm]
		}, []string{"unexpected", "same weight"}},
		{"NaN", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			x[norm].Data.([]float32)[3] = float32(math.NaN())
		}, []string{"holds NaN at element 3: the model diverged"}},
		{"infinity in float16", "modernbert-masked", func(t *testing.T, x map[string]Tensor, _ string) {
			tensor := x[norm]
			tensor.DType = F16
			tensor.Data.([]float32)[0] = -7e4
			x[norm] = tensor
		}, []string{"holds -Inf at element 0", "overflowed in F16"}},
		{"untied without a decoder", "modernbert-untied", func(t *testing.T, x map[string]Tensor, _ string) { delete(x, "decoder.weight") },
			[]string{"1 missing: decoder.weight"}},
		{"untied without an embedding", "modernbert-untied", func(t *testing.T, x map[string]Tensor, _ string) {
			delete(x, "model.embeddings.tok_embeddings.weight")
		}, []string{"1 missing: model.embeddings.tok_embeddings.weight"}},
		{"another head", "modernbert-classifier", nil,
			[]string{"missing: decoder.bias", "2 unexpected: classifier.bias [3], classifier.weight [3 8]", "the checkpoint is a sequence classifier, a masked language model is needed"}},
		{"truncated weights", "modernbert-masked", func(t *testing.T, x map[string]Tensor, dir string) {
			clear(x) // the file is then replaced by an empty one
		}, []string{"missing", "model.embeddings.tok_embeddings.weight"}},
		{"unknown type", "modernbert-masked", func(t *testing.T, _ map[string]Tensor, dir string) {
			write(t, dir, ConfigFile, `{"model_type": "llama"}`)
		}, []string{ConfigFile, `"llama" is not supported; supported are bert and modernbert`}},
		{"no type", "modernbert-masked", func(t *testing.T, _ map[string]Tensor, dir string) {
			write(t, dir, ConfigFile, `{}`)
		}, []string{ConfigFile, `"model_type" is missing`}},
		{"broken config", "modernbert-masked", func(t *testing.T, _ map[string]Tensor, dir string) {
			write(t, dir, ConfigFile, `{"model_type": "modernbert"`)
		}, []string{ConfigFile}},
		{"no config", "modernbert-masked", func(t *testing.T, _ map[string]Tensor, dir string) {
			os.Remove(filepath.Join(dir, ConfigFile))
		}, []string{ConfigFile, "is not there"}},
		{"a shard outside", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			index(t, dir, func(m map[string]string) { m[norm] = "../model-00001-of-00003.safetensors" })
		}, []string{IndexFile, norm, `"../model-00001-of-00003.safetensors" is not the name`}},
		{"a shard elsewhere", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			index(t, dir, func(m map[string]string) { m[norm] = "/etc/model.safetensors" })
		}, []string{`"/etc/model.safetensors" is not the name`}},
		{"a shard that is not there", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			index(t, dir, func(m map[string]string) { m[norm] = "model-9.safetensors" })
		}, []string{IndexFile, "model-9.safetensors"}},
		{"in another shard", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			index(t, dir, func(m map[string]string) { m[norm] = m["model.embeddings.tok_embeddings.weight"] })
		}, []string{norm, "weight_map has it in"}},
		{"not in the index", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			index(t, dir, func(m map[string]string) { delete(m, norm) })
		}, []string{norm, "not in weight_map"}},
		{"not in its shard", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			index(t, dir, func(m map[string]string) { m["surplus"] = m[norm] })
		}, []string{`"surplus" is not in its shard`}},
		{"an index of nothing", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			write(t, dir, IndexFile, `{"weight_map": {}}`)
		}, []string{IndexFile, "empty"}},
		{"no weights", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			os.Remove(filepath.Join(dir, IndexFile))
		}, []string{"has neither"}},
		{"pickled weights", "modernbert-shards", func(t *testing.T, _ map[string]Tensor, dir string) {
			os.Remove(filepath.Join(dir, IndexFile))
			write(t, dir, "pytorch_model.bin", "")
		}, []string{"pytorch_model.bin", "convert them", "refs/pr/N"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := change(t, test.from, func(x map[string]Tensor, dir string) {
				if test.edit != nil {
					test.edit(t, x, dir)
				}
			})
			c, err := Open(dir)
			if err == nil {
				_, err = c.Load(model.MaskedLM)
			}
			if err == nil {
				t.Fatal("loaded")
			}
			for _, want := range append(test.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("want %q, got: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("several lines: %v", err)
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	for _, test := range []struct {
		name, from string
		edit       func(x map[string]Tensor)
	}{
		{"the decoder once more", "modernbert-masked", func(x map[string]Tensor) {
			x["decoder.weight"] = x["model.embeddings.tok_embeddings.weight"]
		}},
		{"the decoder instead of the embedding", "modernbert-masked", func(x map[string]Tensor) {
			x["decoder.weight"] = x["model.embeddings.tok_embeddings.weight"]
			delete(x, "model.embeddings.tok_embeddings.weight")
		}},
		{"a body without its prefix", "modernbert-masked", func(x map[string]Tensor) {
			for name, tensor := range maps.Clone(x) {
				if short, ok := strings.CutPrefix(name, "model."); ok {
					delete(x, name)
					x[short] = tensor
				}
			}
		}},
		{"tables of older versions and other trainers", "modernbert-masked", func(x map[string]Tensor) {
			x["model.layers.0.attn.rotary_emb.inv_freq"] = Tensor{Shape: []int{2}, Data: []float32{1, 2}}
			x["model.rotary_emb.full_attention_original_inv_freq"] = Tensor{Shape: []int{2}, Data: []float32{1, 2}}
			x["embeddings.position_ids"] = Tensor{Shape: []int{1, 2}, Data: []int64{0, 1}}
		}},
		{"one bias for two, as older versions saved it", "bert-untied", func(x map[string]Tensor) {
			x["cls.predictions.bias"] = x["cls.predictions.decoder.bias"]
			delete(x, "cls.predictions.decoder.bias")
		}},
	} {
		want := load(t, openDir(t, change(t, test.from, func(x map[string]Tensor, _ string) {
			if strings.HasPrefix(test.name, "one bias") {
				x["cls.predictions.bias"] = x["cls.predictions.decoder.bias"]
			}
		})), model.MaskedLM)
		got := load(t, openDir(t, change(t, test.from, func(x map[string]Tensor, _ string) { test.edit(x) })), model.MaskedLM)
		for name, x := range want {
			if !same(x, got[name]) {
				t.Errorf("%s: %s differs", test.name, name)
			}
		}
	}
}

// Without architectures in config.json the tensors tell the head.
func TestHeadByTensors(t *testing.T) {
	for _, test := range saved {
		dir := change(t, test.name, func(_ map[string]Tensor, dir string) {
			var config map[string]any
			if err := json.Unmarshal(read(t, dir, ConfigFile), &config); err != nil {
				t.Fatal(err)
			}
			delete(config, "architectures")
			data, _ := json.Marshal(config)
			write(t, dir, ConfigFile, string(data))
		})
		if c := openDir(t, dir); c.Head != test.head {
			t.Errorf("%s: head %d, want %d", test.name, c.Head, test.head)
		}
	}
}

func TestFineTuneRefusesHalfAHead(t *testing.T) {
	dir := change(t, "modernbert-masked", func(x map[string]Tensor, _ string) { delete(x, "head.norm.weight") })
	_, _, _, err := openDir(t, dir).LoadFineTune(2, model.SingleLabel, 1)
	if err == nil || !strings.Contains(err.Error(), "1 missing: head.norm.weight") {
		t.Errorf("error %v", err)
	}
}

func TestSave(t *testing.T) {
	c := openDir(t, savedDir("bert-masked"))
	values := load(t, c, c.Head)
	parent := t.TempDir()
	dir := filepath.Join(parent, "a", "model")
	extra := Extra{
		Files: map[string][]byte{"vocab.txt": []byte("[PAD]\n"), "1_Pooling/config.json": []byte("{}")},
		Write: func(dir string) error { return os.WriteFile(filepath.Join(dir, "state"), []byte("s"), 0o666) },
	}
	if err := Save(dir, c.Arch, c.Head, values, extra); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"vocab.txt": "[PAD]\n", "1_Pooling/config.json": "{}", "state": "s"} {
		if got := string(read(t, dir, name)); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := Save(dir, c.Arch, c.Head, values, extra); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("over another: %v", err)
	}
	extra.Replace, extra.Files = true, nil
	if err := Save(dir, c.Arch, c.Head, values, extra); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "vocab.txt")); err == nil {
		t.Error("the old directory's files are in the new one")
	}
	delete(values, "cls.predictions.bias")
	if err := Save(filepath.Join(parent, "b"), c.Arch, c.Head, values, Extra{}); err == nil || !strings.Contains(err.Error(), "cls.predictions.bias") {
		t.Errorf("without a weight: %v", err)
	}
	values["cls.predictions.bias"] = make([]float32, 13)
	for _, name := range []string{"../x", "/x", ConfigFile} {
		if err := Save(filepath.Join(parent, "b"), c.Arch, c.Head, values, Extra{Files: map[string][]byte{name: nil}}); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if left, _ := os.ReadDir(parent); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}
