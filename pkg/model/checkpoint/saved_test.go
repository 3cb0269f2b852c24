package checkpoint

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model"
)

// saved are the directories that transformers wrote (testdata/saved.py).
var saved = []struct {
	name string
	head model.Head
	// ours: saving it again gives transformers' bytes. Otherwise the file has
	// an older form, or is in shards.
	ours bool
}{
	{"modernbert-body", model.Body, true},
	{"modernbert-masked", model.MaskedLM, true},
	{"modernbert-untied", model.MaskedLM, true},
	{"modernbert-classifier", model.SequenceClassification, true},
	{"modernbert-bf16", model.MaskedLM, true},
	{"modernbert-shards", model.MaskedLM, false},
	{"bert-body", model.Body, true},
	{"bert-masked", model.MaskedLM, true},
	{"bert-untied", model.MaskedLM, true},
	{"bert-classifier", model.SequenceClassification, true},
	{"bert-pretraining", model.MaskedLM, false},
	{"bert-old", model.MaskedLM, false},
}

func savedDir(name string) string { return filepath.Join("testdata", "saved", name) }

func openDir(t *testing.T, dir string) *Checkpoint {
	t.Helper()
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func load(t *testing.T, c *Checkpoint, head model.Head) model.Values {
	t.Helper()
	values, err := c.Load(head)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// What transformers saved is loaded completely, and saved again it is the same
// file, byte for byte, with a config that says the same.
func TestSavedByTransformers(t *testing.T) {
	for _, test := range saved {
		t.Run(test.name, func(t *testing.T) {
			c := openDir(t, savedDir(test.name))
			if c.Head != test.head {
				t.Errorf("head %d, want %d", c.Head, test.head)
			}
			values := load(t, c, test.head)
			if err := values.Check(c.Arch.Params(test.head)); err != nil {
				t.Error(err)
			}
			out := filepath.Join(t.TempDir(), "out")
			if err := Save(out, c.Arch, c.Head, values, Extra{DType: c.DType}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(values, load(t, openDir(t, out), test.head)); diff != "" {
				t.Errorf("read again: %s", diff)
			}
			if !test.ours {
				return
			}
			theirs, ours := read(t, savedDir(test.name), WeightsFile), read(t, out, WeightsFile)
			if !bytes.Equal(theirs, ours) {
				t.Errorf("the file differs:\n%.2000q\n%.2000q", theirs, ours)
			}
			compareConfigs(t, read(t, savedDir(test.name), ConfigFile), read(t, out, ConfigFile))
		})
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// compareConfigs wants each field of transformers' config in ours. We may say
// more: the names of transformers 4.
func compareConfigs(t *testing.T, theirs, ours []byte) {
	t.Helper()
	var want, got map[string]any
	if err := json.Unmarshal(theirs, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ours, &got); err != nil {
		t.Fatal(err)
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config (-transformers +ours):\n%s", diff)
	}
}

// A shard is as good as a file, an old name as a new one.
func TestFormsAreEqual(t *testing.T) {
	for _, pair := range [][2]string{{"modernbert-masked", "modernbert-shards"}, {"bert-pretraining", "bert-old"}} {
		a := load(t, openDir(t, savedDir(pair[0])), model.MaskedLM)
		b := load(t, openDir(t, savedDir(pair[1])), model.MaskedLM)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s: %s", pair, diff)
		}
	}
}

// The body is read from a checkpoint with any head, and is the same.
func TestBody(t *testing.T) {
	for _, test := range saved {
		c := openDir(t, savedDir(test.name))
		body := load(t, c, model.Body)
		if err := body.Check(c.Arch.Params(model.Body)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		whole := load(t, c, test.head)
		for name, x := range body {
			if held, ok := whole[name]; ok && !cmp.Equal(held, x) {
				t.Errorf("%s: %s differs in the body", test.name, name)
			}
		}
		_, pooled := body["bert.pooler.dense.weight"]
		if want := test.name == "bert-body" || test.name == "bert-classifier" || test.name == "bert-pretraining" || test.name == "bert-old"; pooled != want {
			t.Errorf("%s: pooler %v, want %v", test.name, pooled, want)
		}
	}
}

func TestFineTune(t *testing.T) {
	between := map[string][]string{
		"modernbert": {"head.dense.weight", "head.norm.weight"},
		"bert":       {"bert.pooler.dense.weight", "bert.pooler.dense.bias"},
	}
	classifier := []string{"classifier.weight", "classifier.bias"}
	for _, test := range []struct {
		name   string
		labels int
		fresh  []string
	}{
		{"modernbert-masked", 3, classifier},
		{"modernbert-untied", 3, classifier},
		{"modernbert-body", 1, append(between["modernbert"], classifier...)},
		{"modernbert-classifier", 3, nil},
		{"modernbert-classifier", 2, classifier},
		{"bert-body", 2, classifier},
		{"bert-old", 2, classifier},
		{"bert-masked", 2, append(between["bert"], classifier...)},
		{"bert-classifier", 1, nil},
	} {
		c := openDir(t, savedDir(test.name))
		arch, values, fresh, err := c.LoadFineTune(test.labels, model.SingleLabel, 5)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.fresh, fresh); diff != "" {
			t.Errorf("%s: fresh: %s", test.name, diff)
		}
		params := arch.Params(model.SequenceClassification)
		if err := values.Check(params); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if d := arch.Dimensions(); d.Labels != test.labels || d.Problem != model.SingleLabel {
			t.Errorf("%s: %+v", test.name, d)
		}
		body, drawn := load(t, c, model.Body), model.Draw(params, 5)
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if x, ok := body[name]; ok && !cmp.Equal(x, values[name]) {
				t.Errorf("%s: %s is not the checkpoint's", test.name, name)
			}
			if slices.Contains(fresh, name) != cmp.Equal(drawn[name], values[name]) {
				t.Errorf("%s: %s: drawn from the seed is not what fresh says", test.name, name)
			}
		}
	}
}
