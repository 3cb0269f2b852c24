package checkpoint

import (
	"fmt"
	"os"
	"slices"
	"syscall"
)

// File is a safetensors file, mapped into memory. Reading from it copies, so
// what is read outlives it. It must not be truncated while it is open.
type File struct {
	path     string
	mapped   []byte
	data     []byte // the tensors' bytes, after the header
	order    []string
	tensors  map[string]Info
	metadata map[string]string
}

// OpenFile maps a file and checks its header completely. Errors name the file
// and the tensor.
func OpenFile(path string) (*File, error) {
	f, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func open(path string) (_ *File, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err.(*os.PathError).Err // the caller names the path
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file")
	}
	if info.Size() < 8 {
		_, err := headerSize(make([]byte, info.Size()), info.Size())
		return nil, err
	}
	mapped, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map into memory: %w", err)
	}
	f := &File{path: path, mapped: mapped}
	if err := f.parse(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) parse() error {
	n, err := headerSize(f.mapped[:8], int64(len(f.mapped)))
	if err != nil {
		return err
	}
	f.data = f.mapped[8+n:]
	tensors, metadata, err := parseHeader(f.mapped[8:8+n], int64(len(f.data)))
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

// Close unmaps the file.
func (f *File) Close() error {
	mapped := f.mapped
	f.mapped, f.data = nil, nil
	if mapped == nil {
		return nil
	}
	return syscall.Munmap(mapped)
}

// Names lists the tensors in the order of their data.
func (f *File) Names() []string { return slices.Clone(f.order) }

// Info describes a tensor.
func (f *File) Info(name string) (Info, bool) {
	info, ok := f.tensors[name]
	return info, ok
}

// Metadata is the header's __metadata__, nil where there is none.
func (f *File) Metadata() map[string]string { return f.metadata }

// Path is the file's name as it was opened.
func (f *File) Path() string { return f.path }

// raw gives a tensor's bytes in the mapping.
func (f *File) raw(name string) (Info, []byte, error) {
	info, ok := f.tensors[name]
	if !ok {
		return Info{}, nil, fmt.Errorf("%s: there is no tensor %q", f.path, name)
	}
	if f.data == nil {
		return Info{}, nil, fmt.Errorf("%s: read after it was closed", f.path)
	}
	return info, f.data[info.begin:info.end], nil
}
