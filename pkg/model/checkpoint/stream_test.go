package checkpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that is filled out of order is the file that WriteFile writes.
func TestFillFile(t *testing.T) {
	dir := t.TempDir()
	whole, filled := filepath.Join(dir, "whole"), filepath.Join(dir, "filled")
	tensors := []Tensor{{Name: "b/2", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}}, {Name: "a", Shape: []int{1}, Data: []float32{-7.5}}, {Name: "none", Shape: []int{0, 3}, Data: []float32{}}}
	metadata := map[string]string{"made": "here"}
	if err := WriteFile(whole, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	shapes := map[string][]int{"a": {1}, "b/2": {2, 3}, "none": {0, 3}}
	if err := FillFile(filled, shapes, metadata, func(w *Filler) error {
		for _, put := range []struct {
			name   string
			from   int
			values []float32
		}{{"b/2", 4, []float32{5, 6}}, {"a", 0, []float32{-7.5}}, {"b/2", 0, []float32{1, 2, 3, 4}}} {
			if err := w.Put(put.name, put.from, put.values); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want, _ := os.ReadFile(whole)
	got, _ := os.ReadFile(filled)
	if !bytes.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

func TestFillFileRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for want, put := range map[string]func(*Filler) error{
		"1 of 4 elements":   func(w *Filler) error { return w.Put("a", 2, []float32{1}) },
		`"a" has no`:        func(w *Filler) error { return w.Put("a", 3, []float32{1, 2}) },
		`"b" has no`:        func(w *Filler) error { return w.Put("b", 0, nil) },
		"elements -1 to 0":  func(w *Filler) error { return w.Put("a", -1, []float32{1}) },
		"0 of 4 elements":   func(*Filler) error { return nil },
		"write " + path[:1]: func(*Filler) error { return os.ErrClosed },
	} {
		err := FillFile(path, map[string][]int{"a": {2, 2}}, nil, put)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) > 0 {
			t.Errorf("%s is left", entries[0].Name())
		}
	}
}
