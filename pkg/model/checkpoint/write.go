package checkpoint

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/durable"
)

// A Tensor is one tensor for [WriteFile].
type Tensor struct {
	Name  string
	DType DType // "": the type of Data, F32 for []float32
	Shape []int
	Data  any // []float32 for F32, F16, BF16; []int64 for I64; []int32 for I32; row-major
}

// WriteFile writes a safetensors file whole or not at all. The same tensors,
// in any order, give the same bytes, and the same as safetensors' own library
// writes: wider types first, names in order. metadata may be nil.
func WriteFile(path string, tensors []Tensor, metadata map[string]string) error {
	return durable.File(path, func(w io.Writer) error { return Write(w, tensors, metadata) })
}

// Write writes what [WriteFile] does to a stream.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.Clone(tensors)
	seen := map[string]bool{}
	for i := range sorted {
		if err := sorted[i].complete(); err != nil {
			return err
		}
		if name := sorted[i].Name; seen[name] {
			return fmt.Errorf("tensor %q comes twice", name)
		}
		seen[sorted[i].Name] = true
	}
	slices.SortFunc(sorted, func(a, b Tensor) int {
		return cmp.Or(-cmp.Compare(rank[a.DType], rank[b.DType]), cmp.Compare(a.Name, b.Name))
	})
	header, err := encodeHeader(sorted, metadata)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(header)))
	out.Write(length[:]) // a bufio.Writer keeps its first error for Flush
	out.Write(header)
	for _, t := range sorted {
		writeData(out, t)
	}
	return out.Flush()
}

// rank is the order of dtypes in safetensors' library, which sorts by it downwards.
var rank = map[DType]int{F16: 1, BF16: 2, I32: 3, F32: 4, I64: 5}

// complete fills in the dtype and checks name, shape and data.
func (t *Tensor) complete() error {
	var n int
	var natural DType
	switch data := t.Data.(type) {
	case []float32:
		n, natural = len(data), F32
	case []int64:
		n, natural = len(data), I64
	case []int32:
		n, natural = len(data), I32
	default:
		return fmt.Errorf("tensor %q: data of type %T cannot be written", t.Name, t.Data)
	}
	t.DType = cmp.Or(t.DType, natural)
	if t.DType != natural && !(natural == F32 && (t.DType == F16 || t.DType == BF16)) {
		return fmt.Errorf("tensor %q: %T cannot be written as %q", t.Name, t.Data, t.DType)
	}
	if t.Name == "" || t.Name == "__metadata__" || !utf8.ValidString(t.Name) {
		return fmt.Errorf("tensor %q: not a name for a tensor", t.Name)
	}
	size := 1
	for _, d := range t.Shape {
		size *= d
	}
	if size != n {
		return fmt.Errorf("tensor %q: %d elements, shape %v needs %d", t.Name, n, t.Shape, size)
	}
	return nil
}

// encodeHeader returns the header with its length in front, padded as safetensors' library
// pads it.
func encodeHeader(sorted []Tensor, metadata map[string]string) ([]byte, error) {
	var header bytes.Buffer
	encode := func(value any) {
		encoder := json.NewEncoder(&header)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(value) // strings and numbers: nothing can fail
		header.Truncate(header.Len() - 1)
	}
	header.WriteByte('{')
	if len(metadata) > 0 {
		header.WriteString(`"__metadata__":`)
		encode(metadata)
		header.WriteByte(',')
	}
	at := 0
	for i, t := range sorted {
		if i > 0 {
			header.WriteByte(',')
		}
		size := t.DType.Size()
		for _, d := range t.Shape {
			size *= d
		}
		encode(t.Name)
		header.WriteByte(':')
		encode(struct {
			DType   DType  `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}{t.DType, append([]int{}, t.Shape...), [2]int{at, at + size}})
		at += size
	}
	if len(sorted) == 0 && len(metadata) > 0 {
		header.Truncate(header.Len() - 1)
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	if header.Len() > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes, the limit is %d: too many tensors for one file", header.Len(), maxHeader)
	}
	return header.Bytes(), nil
}

// writeData writes a tensor's elements.
func writeData(out *bufio.Writer, t Tensor) {
	var b [8]byte
	switch data := t.Data.(type) {
	case []float32:
		writeFloats(out, data, t.DType)
	case []int64:
		for _, x := range data {
			binary.LittleEndian.PutUint64(b[:], uint64(x))
			out.Write(b[:])
		}
	case []int32:
		for _, x := range data {
			binary.LittleEndian.PutUint32(b[:], uint32(x))
			out.Write(b[:4])
		}
	}
}

// writeFloats writes values as dtype.
func writeFloats(out *bufio.Writer, data []float32, dtype DType) {
	const chunk = 1 << 16
	buffer := make([]byte, 0, 4*min(chunk, len(data)))
	for piece := range slices.Chunk(data, chunk) {
		buffer = buffer[:0]
		for _, x := range piece {
			buffer = appendFloat(buffer, x, dtype)
		}
		out.Write(buffer)
	}
}

// appendFloat appends a value as dtype.
func appendFloat(buffer []byte, x float32, dtype DType) []byte {
	switch dtype {
	case BF16:
		return binary.LittleEndian.AppendUint16(buffer, toBF16(x))
	case F16:
		return binary.LittleEndian.AppendUint16(buffer, toF16(x))
	}
	return binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
}
