package checkpoint

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/durable"
)

// Filler takes the values of a file's tensors piece by piece and in any order,
// so that a file may be larger than the memory.
type Filler struct {
	file    *os.File
	tensors map[string]*filling
	buffer  []byte
}

// filling is a float32 tensor in a file.
type filling struct {
	at      int64 // in the file
	n, done int   // elements
}

// FillFile writes a safetensors file of float32 tensors of these shapes by
// name, whole or not at all. fill must put every element of each just once;
// how many were put is checked.
func FillFile(path string, shapes map[string][]int, metadata map[string]string, fill func(*Filler) error) error {
	return durable.FileAt(path, func(f *os.File) error {
		w, err := newFiller(f, shapes, metadata)
		if err != nil {
			return err
		}
		if err := fill(w); err != nil {
			return err
		}
		return w.complete()
	})
}

// newFiller writes the header of a file of float32 tensors, by name and shape, which are
// filled later.
func newFiller(f *os.File, shapes map[string][]int, metadata map[string]string) (*Filler, error) {
	var sorted []Tensor
	for name, shape := range shapes {
		sorted = append(sorted, Tensor{Name: name, DType: F32, Shape: shape})
	}
	slices.SortFunc(sorted, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	header, err := encodeHeader(sorted, metadata)
	if err != nil {
		return nil, err
	}
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	if _, err := f.Write(append(start, header...)); err != nil {
		return nil, err
	}
	w := &Filler{file: f, tensors: map[string]*filling{}}
	at := int64(8 + len(header))
	for _, t := range sorted {
		n := 1
		for _, d := range t.Shape {
			n *= d
		}
		w.tensors[t.Name] = &filling{at: at, n: n}
		at += 4 * int64(n)
	}
	return w, f.Truncate(at)
}

// Put writes values into the named tensor from its element from on (row-major).
func (w *Filler) Put(name string, from int, values []float32) error {
	t, ok := w.tensors[name]
	if !ok || from < 0 || from+len(values) > t.n {
		return fmt.Errorf("tensor %q has no elements %d to %d", name, from, from+len(values))
	}
	w.buffer = w.buffer[:0]
	for _, x := range values {
		w.buffer = appendFloat(w.buffer, x, F32)
	}
	t.done += len(values)
	_, err := w.file.WriteAt(w.buffer, t.at+4*int64(from))
	return err
}

// complete returns an error that names a tensor that was not filled.
func (w *Filler) complete() error {
	for name, t := range w.tensors {
		if t.done != t.n {
			return fmt.Errorf("tensor %q: %d of %d elements were written", name, t.done, t.n)
		}
	}
	return nil
}
