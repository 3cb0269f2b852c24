package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"llmjp.internal/modernbert/pkg/input"
)

// File is an open safetensors file. It is read with pread rather than mapped
// into memory: a file that is truncated, or lost by its server, is then an
// error that names it and not a signal that ends the process. Values are read
// straight into their slice, which is as fast.
type File struct {
	path     string
	file     *os.File // nil after Close
	start    int64    // of the tensors' bytes, behind the header
	order    []string
	tensors  map[string]Info
	metadata map[string]string
}

// OpenFile opens a file and checks its header completely. Errors name the file
// and the tensor.
func OpenFile(path string) (*File, error) {
	file, size, err := input.Open(path)
	if err != nil {
		if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
			return nil, fmt.Errorf("%s: %w", path, wrong.Err)
		}
		return nil, err
	}
	f := &File{path: path, file: file}
	if err := f.parse(size); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// parse reads and checks the header of a file of size bytes.
func (f *File) parse(size int64) error {
	first := make([]byte, min(8, size))
	if _, err := f.file.ReadAt(first, 0); err != nil {
		return err
	}
	n, err := headerSize(first, size)
	if err != nil {
		return err
	}
	header := make([]byte, n)
	if _, err := f.file.ReadAt(header, 8); err != nil && n > 0 {
		return readError(err)
	}
	f.start = int64(8 + n)
	tensors, metadata, err := parseHeader(header, size-f.start)
	if err != nil {
		return err
	}
	f.metadata = metadata
	f.tensors = make(map[string]Info, len(tensors))
	for _, t := range tensors {
		f.order = append(f.order, t.Name)
		f.tensors[t.Name] = t
	}
	return nil
}

// Close closes the file. What was read from it stays.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return file.Close()
}

// Names lists the tensors in the order of their data.
func (f *File) Names() []string { return slices.Clone(f.order) }

// Info describes a tensor.
func (f *File) Info(name string) (Info, bool) {
	info, ok := f.tensors[name]
	return info, ok
}

// Metadata returns the header's __metadata__, nil where there is none.
func (f *File) Metadata() map[string]string { return f.metadata }

// Path returns the file's name as it was opened.
func (f *File) Path() string { return f.path }

// find returns the description of a tensor that can be read.
func (f *File) find(name string) (Info, error) {
	info, ok := f.tensors[name]
	if !ok {
		return Info{}, fmt.Errorf("%s: there is no tensor %q", f.path, name)
	}
	if f.file == nil {
		return Info{}, fmt.Errorf("%s: read after it was closed", f.path)
	}
	return info, nil
}

// readAt fills out with the bytes of a tensor from its byte at on.
func (f *File) readAt(out []byte, info Info, at int) error {
	if len(out) == 0 {
		return nil
	}
	if _, err := f.file.ReadAt(out, f.start+int64(info.begin+at)); err != nil {
		return fmt.Errorf("%s: tensor %q: %w", f.path, info.Name, readError(err))
	}
	return nil
}

// readError explains that a file has become shorter since it was opened.
func readError(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the file was truncated while it was read; fetch or copy it again")
	}
	return err
}

// equal compares the bytes of two tensors.
func equal(f *File, a Info, g *File, b Info) (bool, error) {
	const piece = 1 << 20
	n := a.end - a.begin
	if b.end-b.begin != n {
		return false, nil
	}
	x, y := make([]byte, min(piece, n)), make([]byte, min(piece, n))
	for at := 0; at < n; at += piece {
		x, y = x[:min(piece, n-at)], y[:min(piece, n-at)]
		if err := errors.Join(f.readAt(x, a, at), g.readAt(y, b, at)); err != nil {
			return false, err
		}
		if !bytes.Equal(x, y) {
			return false, nil
		}
	}
	return true, nil
}
