package input

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Limits of files that are read whole, in bytes. The largest published
// tokenizer.json has 33 MB, the largest index of shards 1 MB.
const (
	ConfigLimit    = 16 << 20
	TokenizerLimit = 128 << 20
)

// Open opens a regular file for reading and returns its size. A FIFO, a device,
// a folder and a git-lfs pointer are errors that name the file.
func Open(path string) (f *os.File, size int64, err error) {
	f, err = os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO without a writer would block
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
			f = nil
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is %s, a regular file is needed", path, describe(info.Mode()))
	}
	if err := checkPointer(f, info.Size()); err != nil {
		return nil, 0, fmt.Errorf("%s %w", path, err)
	}
	return f, info.Size(), nil
}

func describe(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "no file"
}

// File reads a regular file of at most limit bytes.
func File(path string, limit int64) ([]byte, error) {
	f, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, fmt.Errorf("%s has %d bytes, at most %d are read: it is not what its name says", path, size, limit)
	}
	return readAll(f, path, size, limit)
}

// Gzip reads and decompresses a regular file; it may have at most limit bytes
// before and after.
func Gzip(path string, limit int64) ([]byte, error) {
	packed, err := File(path, limit)
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%s: not a gzip file, though its name says so: %w", path, err)
	}
	return readAll(r, path, int64(len(packed)), limit)
}

// readAll reads at most limit bytes; size is what to expect.
func readAll(r io.Reader, path string, size, limit int64) ([]byte, error) {
	var data bytes.Buffer
	data.Grow(int(min(size, limit)) + bytes.MinRead)
	_, err := io.Copy(&data, io.LimitReader(r, limit+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%s ends too early: it is truncated; fetch or make it again", path)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case int64(data.Len()) > limit:
		return nil, fmt.Errorf("%s holds more than the %d bytes that are read: it is not what its name says", path, limit)
	}
	return data.Bytes(), nil
}

// checkPointer refuses what git leaves in place of a file that git-lfs keeps:
// three lines of text, below 1024 bytes by the format's specification.
func checkPointer(f io.ReaderAt, size int64) error {
	if size >= 1024 {
		return nil
	}
	data := make([]byte, size)
	if n, err := f.ReadAt(data, 0); err != nil && err != io.EOF {
		return fmt.Errorf("cannot be read: %w", err)
	} else {
		data = data[:n]
	}
	if bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/")) && bytes.Contains(data, []byte("\noid sha256:")) {
		return errors.New("is a git-lfs pointer, not the file itself: run `git lfs install && git lfs pull` in its repository, or fetch the file from where it is published")
	}
	return nil
}
