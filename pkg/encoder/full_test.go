package encoder

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// TestFullSize compares a forward pass of 22 layers and 187M parameters with
// transformers: every hidden state and the logits within 1e-4 of the tensor's
// standard deviation. It needs the folder that testdata/full.py writes.
func TestFullSize(t *testing.T) {
	dir := os.Getenv("MODERNBERT_FULL")
	if dir == "" {
		t.Skip("MODERNBERT_FULL names no folder made by testdata/full.py")
	}
	f, err := checkpoint.OpenFile(filepath.Join(dir, "reference.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := Load(t.Context(), dir, model.MaskedLM, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if n := model.Count(e.params); n != 187_494_646 {
		t.Errorf("%d parameters", n)
	}
	rows, seq := fullRows(t, f)
	width := e.Arch.Dimensions().Hidden
	worst := 0.0
	compare := func(what string, got, want []float32, std float64) {
		apart := 0.0
		for i := range want {
			apart = max(apart, math.Abs(float64(got[i])-float64(want[i])))
		}
		worst = max(worst, apart/std)
		if !(apart <= 1e-4*std) {
			t.Errorf("%s: %.2g of the standard deviation apart", what, apart/std)
		}
	}
	read := func(name string) ([]float32, float64) {
		values, err := f.Float32s(name)
		if err != nil {
			t.Fatal(err)
		}
		return values, deviation(values)
	}
	if err := e.Hidden(t.Context(), rows, func(i int, layers [][]float32) error {
		for k, got := range layers {
			want, std := read(fmt.Sprintf("hidden/%02d", k))
			from := i * seq * width
			compare(fmt.Sprintf("row %d, hidden %d", i, k), got, want[from:from+len(rows[i].IDs)*width], std)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	logits, std := read("logits")
	first := []int{0, 1, 2, 3, 4, 5, 6, 7}
	if err := e.Logits(t.Context(), rows, [][]int{first, first}, func(i, k int, got []float32) error {
		from := (i*len(first) + k) * len(got)
		compare(fmt.Sprintf("row %d, logits %d", i, k), got, logits[from:from+len(got)], std)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("greatest difference: %.2g of a standard deviation", worst)
}

// fullRows returns the reference's rows without their padding.
func fullRows(t *testing.T, f *checkpoint.File) (rows []Row, seq int) {
	t.Helper()
	ids, err := f.Int64s("ids")
	if err != nil {
		t.Fatal(err)
	}
	lengths, err := f.Int64s("lengths")
	if err != nil {
		t.Fatal(err)
	}
	seq = len(ids) / len(lengths)
	for i, n := range lengths {
		row := Row{IDs: make([]int32, n)}
		for k := range row.IDs {
			row.IDs[k] = int32(ids[i*seq+k])
		}
		rows = append(rows, row)
	}
	return rows, seq
}
