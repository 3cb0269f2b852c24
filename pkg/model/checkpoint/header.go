package checkpoint

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/input"
)

// maxHeader is safetensors' own limit.
const maxHeader = 100_000_000

// Info describes a tensor of a file.
type Info struct {
	Name  string
	DType DType
	Shape []int

	begin, end int // bytes within the data section
}

// Len returns the number of elements.
func (i Info) Len() int { return (i.end - i.begin) / i.DType.Size() }

// headerSize checks the first 8 bytes of a file of the given size.
func headerSize(first []byte, fileSize int64) (int, error) {
	if len(first) < 8 {
		return 0, fmt.Errorf("not a safetensors file: %d bytes, the header's length alone needs 8", len(first))
	}
	var n uint64
	for i := range 8 {
		n |= uint64(first[i]) << (8 * i)
	}
	if n > maxHeader {
		return 0, fmt.Errorf("not a safetensors file: a header of %d bytes, the limit is %d", n, maxHeader)
	}
	if int64(n) > fileSize-8 {
		return 0, fmt.Errorf("truncated: a header of %d bytes in a file of %d; fetch or copy the file again", n, fileSize)
	}
	return int(n), nil
}

// parseHeader reads a safetensors header and checks it against the number of
// bytes that follow it: the tensors cover these without a gap or an overlap,
// and each has the bytes that its dtype and shape need. Tensors are returned
// in the order of their data.
func parseHeader(header []byte, dataSize int64) (tensors []Info, metadata map[string]string, err error) {
	if len(header) == 0 || header[0] != '{' { // safetensors has no space before it
		return nil, nil, errors.New("header: not a JSON object")
	}
	if !utf8.Valid(header) {
		return nil, nil, errors.New("header: not UTF-8")
	}
	seen := map[string]bool{}
	err = input.Members(header, func(name string, value json.RawMessage) error {
		if seen[name] {
			return fmt.Errorf("%q comes twice", name)
		}
		seen[name] = true
		if name == "__metadata__" {
			if err := input.Decode(value, &metadata); err != nil {
				return errors.New("__metadata__ is not an object of strings")
			}
			return nil
		}
		info, err := parseInfo(name, value)
		tensors = append(tensors, info)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	slices.SortFunc(tensors, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), cmp.Compare(a.Name, b.Name))
	})
	return tensors, metadata, checkLayout(tensors, dataSize)
}

// checkLayout wants the tensors to cover the data exactly.
func checkLayout(tensors []Info, dataSize int64) error {
	at, before := 0, "the start"
	for _, t := range tensors {
		if t.begin < at {
			return fmt.Errorf("tensor %q: its data begins at %d and overlaps %s, which ends at %d", t.Name, t.begin, before, at)
		}
		if t.begin > at {
			return fmt.Errorf("tensor %q: %d bytes between %s and its data belong to nobody", t.Name, t.begin-at, before)
		}
		at, before = t.end, fmt.Sprintf("tensor %q", t.Name)
	}
	switch {
	case int64(at) > dataSize:
		return fmt.Errorf("truncated: %s ends at byte %d of the data, the file has %d; fetch or copy the file again", before, at, dataSize)
	case int64(at) < dataSize:
		return fmt.Errorf("%d bytes after %s belong to nobody", dataSize-int64(at), before)
	}
	return nil
}

// parseInfo reads one tensor's entry of the header and checks its shape and offsets.
func parseInfo(name string, value json.RawMessage) (Info, error) {
	fail := func(format string, args ...any) (Info, error) {
		return Info{}, fmt.Errorf("tensor %q: %s", name, fmt.Sprintf(format, args...))
	}
	var raw struct {
		DType   *DType  `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := input.Decode(value, &raw); err != nil {
		return fail("%v", err)
	}
	if raw.DType == nil || raw.Shape == nil || len(raw.Offsets) != 2 {
		return fail("dtype, shape or data_offsets (two numbers) are missing")
	}
	info := Info{Name: name, DType: *raw.DType, Shape: make([]int, len(raw.Shape))}
	size := int64(info.DType.Size())
	if size == 0 {
		return fail("dtype %q is not one of safetensors' whole bytes; convert the file first", info.DType)
	}
	begin, end := raw.Offsets[0], raw.Offsets[1]
	if begin < 0 || end < begin {
		return fail("data_offsets [%d, %d] are not a range", begin, end)
	}
	empty := slices.Contains(raw.Shape, 0)
	for i, d := range raw.Shape {
		if d < 0 {
			return fail("shape %v has a negative dimension", raw.Shape)
		}
		if !empty && size > math.MaxInt64/d {
			return fail("shape %v is too large", raw.Shape)
		}
		size *= d
		info.Shape[i] = int(d)
	}
	if empty {
		size = 0
	}
	if end-begin != size {
		return fail("%d bytes of data, %s %v needs %d", end-begin, info.DType, raw.Shape, size)
	}
	info.begin, info.end = int(begin), int(end)
	return info, nil
}
