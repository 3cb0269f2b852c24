package checkpoint

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"github.com/google/go-cmp/cmp"
)

const golden = "testdata/format.safetensors" // by testdata/format.py

func openFile(t *testing.T, path string) *File {
	t.Helper()
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func float32s(t *testing.T, f *File, name string) []float32 {
	t.Helper()
	x, err := f.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// same compares bit for bit, but for the payload of a NaN.
func same(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) && !(a[i] != a[i] && b[i] != b[i]) {
			return false
		}
	}
	return true
}

func TestWriteEqualsTheReferenceLibrary(t *testing.T) {
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	f := openFile(t, golden)
	x := float32s(t, f, "z.f32")
	var got bytes.Buffer
	if err := Write(&got, []Tensor{
		{Name: "日本<&>", Shape: []int{1, 1}, Data: []float32{1}},
		{Name: "b.f16", DType: F16, Shape: []int{len(x)}, Data: x},
		{Name: "ids", Shape: []int{2, 3}, Data: []int64{0, 1, -1, 1 << 40, -(1 << 40), 99573}},
		{Name: "a.bf16", DType: BF16, Shape: []int{len(x)}, Data: x},
		{Name: "labels", Shape: []int{2, 2}, Data: []int32{-100, 5, 6, math.MaxInt32}},
		{Name: "scalar", Data: []float32{2.5}},
		{Name: "empty", Shape: []int{0, 3}, Data: []float32{}},
		{Name: "z.f32", Shape: []int{len(x)}, Data: x},
	}, map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%d bytes differ from the reference's %d:\n%.600q\n%.600q", got.Len(), len(want), got.Bytes(), want)
	}
}

func TestRead(t *testing.T) {
	f := openFile(t, golden)
	if diff := cmp.Diff([]string{"ids", "empty", "scalar", "z.f32", "日本<&>", "labels", "a.bf16", "b.f16"}, f.Names()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"format": "pt"}, f.Metadata()); diff != "" {
		t.Error(diff)
	}
	ids, err := f.Int64s("ids")
	if diff := cmp.Diff([]int64{0, 1, -1, 1 << 40, -(1 << 40), 99573}, ids); diff != "" || err != nil {
		t.Error(diff, err)
	}
	labels, err := f.Int64s("labels")
	if diff := cmp.Diff([]int64{-100, 5, 6, math.MaxInt32}, labels); diff != "" || err != nil {
		t.Error(diff, err)
	}
	info, ok := f.Info("ids")
	if !ok || info.DType != I64 || !cmp.Equal(info.Shape, []int{2, 3}) || info.Len() != 6 {
		t.Errorf("ids: %v %v", info, ok)
	}
	if x := float32s(t, f, "empty"); len(x) != 0 {
		t.Errorf("empty: %v", x)
	}
	for _, read := range []func() error{
		func() error { _, err := f.Float32s("ids"); return err },
		func() error { _, err := f.Int64s("z.f32"); return err },
		func() error { _, err := f.Float32s("nothing"); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), golden) {
			t.Errorf("error %v", err)
		}
	}
	f.Close()
	if _, err := f.Float32s("z.f32"); err == nil {
		t.Error("read after Close")
	}
}

// Every half-precision number survives the way to float32 and back, and what
// is written in half precision is read as torch rounds it.
func TestHalfPrecision(t *testing.T) {
	for bits := range 1 << 16 {
		h := uint16(bits)
		if x := bfloat16.FromBits(h).Float32(); x == x && toBF16(x) != h {
			t.Fatalf("bf16 %#x -> %g -> %#x", h, x, toBF16(x))
		}
		if x := float16.FromBits(h).Float32(); x == x && toF16(x) != h {
			t.Fatalf("f16 %#x -> %g -> %#x", h, x, toF16(x))
		}
	}
	nan := float32(math.NaN())
	if x := bfloat16.FromBits(toBF16(nan)).Float32(); x == x {
		t.Errorf("bf16 of NaN is %g", x)
	}
	if x := float16.FromBits(toF16(nan)).Float32(); x == x {
		t.Errorf("f16 of NaN is %g", x)
	}
}

func TestLargeTensorsAreConvertedInPieces(t *testing.T) {
	x := make([]float32, 3<<18+7)
	for i := range x {
		x[i] = bfloat16.FromBits(uint16(i)).Float32()
	}
	for _, dtype := range []DType{F32, BF16} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := WriteFile(path, []Tensor{{Name: "x", DType: dtype, Shape: []int{len(x)}, Data: x}}, nil); err != nil {
			t.Fatal(err)
		}
		if !same(float32s(t, openFile(t, path), "x"), x) {
			t.Errorf("%s differs", dtype)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	for name, tensors := range map[string][]Tensor{
		"1 elements, shape [2]":   {{Name: "x", Shape: []int{2}, Data: one}},
		"comes twice":             {{Name: "x", Data: one}, {Name: "y", Data: one}, {Name: "x", DType: BF16, Data: one}},
		"not a name":              {{Name: "__metadata__", Data: one}},
		"[]float64":               {{Name: "x", Data: []float64{1}}},
		"cannot be written as":    {{Name: "x", DType: I64, Data: one}},
		"cannot be written as \"": {{Name: "x", DType: "F64", Data: one}},
	} {
		dir := t.TempDir()
		err := WriteFile(filepath.Join(dir, "x"), tensors, nil)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

// A file that is truncated while it is open is an error that names it.
func TestTruncatedWhileOpen(t *testing.T) {
	for _, dtype := range []DType{F32, BF16} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := WriteFile(path, []Tensor{{Name: "x", DType: dtype, Shape: []int{1 << 20}, Data: make([]float32, 1<<20)}}, nil); err != nil {
			t.Fatal(err)
		}
		f := openFile(t, path)
		if err := os.Truncate(path, 5000); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Float32s("x"); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "truncated") {
			t.Errorf("%s: %v", dtype, err)
		}
	}
}
