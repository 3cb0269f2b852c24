package encoder

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// The models and numbers of pkg/eval/testdata are transformers' (golden.py there).
const testdata = "../eval/testdata"

type golden struct {
	Texts            []string
	ModernBERT, BERT struct{ IDs [][]int32 }
	Losses           [][][2]float64
}

func readGolden(t *testing.T) (golden, *checkpoint.File) {
	t.Helper()
	var g golden
	data, err := os.ReadFile(filepath.Join(testdata, "golden.json"))
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := checkpoint.OpenFile(filepath.Join(testdata, "golden.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return g, f
}

func open(t *testing.T, name string, options Options) *Encoder {
	t.Helper()
	e, err := LoadWhole(context.Background(), filepath.Join(testdata, name), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// near wants every number within 1e-4 of the tensor's standard deviation.
func near(t *testing.T, f *checkpoint.File, name string, got []float32) {
	t.Helper()
	want, err := f.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", name, len(got), len(want))
		return
	}
	var sum, squares, worst float64
	for i, x := range want {
		sum += float64(x)
		squares += float64(x) * float64(x)
		worst = max(worst, math.Abs(float64(got[i]-x)))
	}
	n := float64(len(want))
	if std := math.Sqrt(squares/n - sum*sum/n/n); !(worst <= 1e-4*std) {
		t.Errorf("%s: off by %.3g, %.2g standard deviations", name, worst, worst/std)
	}
}

func TestTransformers(t *testing.T) {
	ctx := context.Background()
	g, f := readGolden(t)
	for _, c := range []struct {
		model string
		ids   [][]int32
		cut   int
	}{{"modernbert", g.ModernBERT.IDs, 1}, {"bert", g.BERT.IDs, 12}} {
		for _, compute := range []string{"float32", "float32,plain"} {
			t.Run(c.model+"/"+compute, func(t *testing.T) {
				e := open(t, c.model, Options{BatchTokens: 256, Compute: compute})
				limit, err := e.MaxLength(0)
				if err != nil {
					t.Fatal(err)
				}
				rows, cut, err := e.Tokenize(ctx, g.Texts, limit)
				if err != nil {
					t.Fatal(err)
				}
				for i, row := range rows {
					if diff := cmp.Diff(c.ids[i], row.IDs); diff != "" {
						t.Errorf("ids of text %d:\n%s", i, diff)
					}
				}
				long := 0
				for _, ids := range c.ids {
					if len(ids) == limit {
						long++
					}
				}
				if cut < 1 || cut > long {
					t.Errorf("%d texts were cut, %d are as long as the model takes", cut, long)
				}
				seen := map[int]int{}
				if err := e.Hidden(ctx, rows, func(i int, layers [][]float32) error {
					seen[i]++
					if _, ok := f.Info(fmt.Sprintf("%s/%d/logits", c.model, i)); !ok {
						return nil
					}
					for k, layer := range layers {
						near(t, f, fmt.Sprintf("%s/%d/layer_%02d", c.model, i, k), layer)
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				if len(seen) != len(rows) {
					t.Errorf("%d of %d rows were visited", len(seen), len(rows))
				}
				for _, pooling := range []Pooling{Mean, CLS} {
					embeddings, _, err := e.Embed(ctx, g.Texts, pooling, 0)
					if err != nil {
						t.Fatal(err)
					}
					near(t, f, c.model+"/"+string(pooling), embeddings)
				}
			})
		}
	}
}

func TestLogits(t *testing.T) {
	ctx := context.Background()
	g, f := readGolden(t)
	e := open(t, "modernbert", Options{})
	vocab := e.Arch.Dimensions().Vocab
	rows := []Row{{IDs: g.ModernBERT.IDs[0], Attended: 20}}
	which := []int{0, 5, 7, 8}
	for _, i := range which {
		rows = append(rows, Row{IDs: g.ModernBERT.IDs[i]})
	}
	got := make([][]float32, len(rows))
	for i, r := range rows {
		got[i] = make([]float32, len(r.IDs)*vocab)
	}
	if err := e.Logits(ctx, rows, nil, func(i, k int, values []float32) error {
		copy(got[i][k*vocab:], values)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	near(t, f, "padded/logits", got[0][:20*vocab])
	for n, i := range which {
		near(t, f, fmt.Sprintf("modernbert/%d/logits", i), got[n+1])
	}
	// Chosen positions are the same rows, repeats included.
	chosen := [][]int{{}, {3, 3, 0}, {}, {1}, {}}
	if err := e.Logits(ctx, rows, chosen, func(i, k int, values []float32) error {
		at := chosen[i][k]
		if diff := cmp.Diff(got[i][at*vocab:(at+1)*vocab], values, cmpopts.EquateApprox(0, 1e-4)); diff != "" {
			t.Errorf("row %d position %d:\n%s", i, at, diff)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestClassify(t *testing.T) {
	g, f := readGolden(t)
	e := open(t, "bert", Options{})
	var rows []Row
	for _, i := range []int{0, 5, 7, 8} {
		rows = append(rows, Row{IDs: g.BERT.IDs[i]})
	}
	scores, err := e.Classify(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for n, i := range []int{0, 5, 7, 8} {
		near(t, f, fmt.Sprintf("bert/%d/logits", i), scores[3*n:3*n+3])
	}
}

// A classifier looks at token types; other weights of the same model count
// from the next call on.
func TestClassifyTypesAndWeights(t *testing.T) {
	ctx := context.Background()
	loaded := open(t, "bert", Options{})
	e, err := New(loaded.backend, loaded.Arch, loaded.Head, loaded.weights, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ids := []int32{5, 300, 301, 6, 302, 6}
	classify := func(types []int32) []float32 {
		scores, err := e.Classify(ctx, []Row{{IDs: ids[:4]}, {IDs: ids, TypeIDs: types}})
		if err != nil {
			t.Fatal(err)
		}
		return scores[3:]
	}
	plain, zeros, ones := classify(nil), classify(make([]int32, 6)), classify([]int32{0, 0, 0, 0, 1, 1})
	if !cmp.Equal(plain, zeros) || cmp.Equal(plain, ones) {
		t.Errorf("no types %v, types of 0 %v, types of 0 and 1 %v", plain, zeros, ones)
	}
	other := slices.Clone(loaded.weights)
	last := len(other) - 1 // the classifier's bias
	other[last] = tensors.FromValue([]float32{1, 2, 3})
	if err := e.SetWeights(other); err != nil {
		t.Fatal(err)
	}
	changed := classify(nil)
	if err := e.SetWeights(loaded.weights); err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(changed, plain) || !cmp.Equal(classify(nil), plain) {
		t.Errorf("scores %v, with another bias %v", plain, changed)
	}
	other[0] = other[last]
	wants(t, e.SetWeights(other), "a tensor of [3]")
	wants(t, e.SetWeights(other[1:]), "tensors for the model's")
	wants(t, loaded.SetWeights(loaded.weights), "keeps its weights")
}

func TestLosses(t *testing.T) {
	g, _ := readGolden(t)
	e := open(t, "modernbert", Options{BatchRows: 3})
	tok, err := e.Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	var positions [][]int
	var targets [][]int32
	var want [][]float64
	for i, list := range g.Losses {
		for _, of := range list {
			at := int(of[0])
			ids := append([]int32{}, g.ModernBERT.IDs[i]...)
			positions, targets, want = append(positions, []int{at}), append(targets, []int32{ids[at]}), append(want, []float64{of[1]})
			ids[at] = tok.Special().Mask
			rows = append(rows, Row{IDs: ids})
		}
	}
	got, err := e.Losses(context.Background(), rows, positions, targets)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-4, 1e-6)); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	ctx := context.Background()
	e := open(t, "modernbert", Options{})
	for want, row := range map[string]Row{
		"no tokens":                                {},
		"97 tokens, the model takes 96":            {IDs: make([]int32, 97)},
		"ids[1] is -1, outside":                    {IDs: []int32{5, -1}},
		"ids[0] is 100000, outside":                {IDs: []int32{100000}},
		"3 of 2 tokens attended to":                {IDs: []int32{5, 6}, Attended: 3},
		"1 token types for 2 tokens":               {IDs: []int32{5, 6}, TypeIDs: []int32{0}},
		"token type 0 is 0, the model has 0 types": {IDs: []int32{5, 6}, TypeIDs: []int32{0, 1}},
	} {
		_, err := e.EmbedRows(ctx, []Row{{IDs: []int32{5, 6}}, row}, Mean)
		wants(t, err, "input 1: "+want)
	}
	_, err := e.EmbedRows(ctx, nil, "median")
	wants(t, err, `pooling "median"`)
	_, err = e.Classify(ctx, nil)
	wants(t, err, "a classifier is needed")
	_, err = open(t, "modernbert", Options{Compute: "plain"}).EmbedRows(ctx, []Row{{IDs: []int32{5, 6}}}, Mean)
	wants(t, err, `compute=plain: it is float32 or bfloat16`)
	_, err = Load(ctx, filepath.Join(testdata, "bert"), model.MaskedLM, Options{})
	wants(t, err, "a masked language model is needed")
	_, err = e.Losses(ctx, []Row{{IDs: []int32{5, 6}}}, [][]int{{2}}, [][]int32{{0}})
	wants(t, err, "position 2 of 2 tokens")
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = e.EmbedRows(stopped, []Row{{IDs: []int32{5, 6}}}, Mean)
	wants(t, err, "canceled")
	if out, err := e.EmbedRows(ctx, nil, Mean); err != nil || len(out) != 0 {
		t.Errorf("no rows: %v, %v", out, err)
	}
}
