package corpus

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"llmjp.internal/modernbert/pkg/input"
)

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 64 << 20

// maxWindow is the memory that a zstd file may ask for: that of zstd --long=27.
const maxWindow = 128 << 20

// Line is one line of a file, without its end.
type Line struct {
	File   string
	Number int // from 1
	JSON   []byte
}

// Lines yields the lines of JSON files, blank ones left out, in the order of
// the sorted files. It stops at the first error. A line that is too long or
// not UTF-8, a damaged compressed file, and an input without a single line are
// errors; whether a line is JSON is the caller's to see.
func Lines(patterns ...string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		files, err := Expand(patterns...)
		if err != nil {
			yield(Line{}, err)
			return
		}
		found := false
		for _, file := range files {
			if kind(file) == "parquet" {
				yield(Line{}, fmt.Errorf("%s: JSON lines are needed here, not parquet", file))
				return
			}
			for line, err := range fileLines(file, nil) {
				if err == nil && blank(line.JSON) {
					continue
				}
				found = true
				if !yield(line, err) || err != nil {
					return
				}
			}
		}
		if !found {
			yield(Line{}, fmt.Errorf("%s: no lines", strings.Join(files, ", ")))
		}
	}
}

func blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// fileLines yields every line of one file. A line that can't be used is
// yielded with an error of type *BadLine, after which reading may go on; any
// other error ends it. count, if not nil, sees the bytes of the file itself
// as they are read.
func fileLines(file string, count func(n int)) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		in, err := unpack(file, count)
		if err != nil {
			yield(Line{File: file}, err)
			return
		}
		defer in.Close()
		reader := bufio.NewReaderSize(in, 1<<20)
		begun := false // a line that is not blank was seen
		for number := 1; ; number++ {
			data, tooLong, err := readLine(reader)
			if err == io.EOF {
				return
			}
			line := Line{File: file, Number: number, JSON: data}
			switch {
			case err != nil:
				err = fmt.Errorf("%s:%d: %w", file, number, readError(err))
				yield(line, err)
				return
			case tooLong:
				err = &BadLine{File: file, Number: number, Reason: fmt.Sprintf("the line is longer than %d MiB", MaxLine>>20)}
			case !utf8.Valid(data):
				err = &BadLine{File: file, Number: number, Reason: "the line is not UTF-8"}
			}
			if number == 1 {
				line.JSON = bytes.TrimPrefix(line.JSON, []byte("\ufeff"))
			}
			if !begun && kind(file) == "json" && bytes.HasPrefix(bytes.TrimSpace(line.JSON), []byte("[")) {
				yield(line, fmt.Errorf("%s:%d: the file is a JSON array; lines are needed, an object each: make them with jq -c '.[]'", file, number))
				return
			}
			begun = begun || !blank(line.JSON)
			if !yield(line, err) {
				return
			}
		}
	}
}

// BadLine is a line that can't be used.
type BadLine struct {
	File   string
	Number int
	Reason string
	Null   bool // its text is null, which the authors' loader drops in silence
}

func (b *BadLine) Error() string { return fmt.Sprintf("%s:%d: %s", b.File, b.Number, b.Reason) }

// readLine reads a line without its end, which may be CR LF. The rest of a
// line above MaxLine is read and thrown away.
func readLine(reader *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := reader.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
		}
		if len(line) > MaxLine+2 {
			tooLong, line = true, nil
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(line) == 0 && !tooLong:
			return nil, false, io.EOF
		case err != nil && err != io.EOF:
			return nil, false, err
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		return line, tooLong || len(line) > MaxLine, nil
	}
}

// unpack opens a file for reading, decompressed by its extension.
func unpack(file string, count func(n int)) (io.ReadCloser, error) {
	f, _, err := input.Open(file)
	if err != nil {
		return nil, err
	}
	var raw io.Reader = f
	if count != nil {
		raw = &counting{f, count}
	}
	switch name := strings.ToLower(file); {
	case strings.HasSuffix(name, ".gz"):
		unzip, err := gzip.NewReader(raw)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", file, readError(err))
		}
		return reader{unzip, f.Close}, nil
	case strings.HasSuffix(name, ".zst"):
		unzip, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", file, readError(err))
		}
		return reader{unzip, func() error { unzip.Close(); return f.Close() }}, nil
	}
	return reader{raw, f.Close}, nil
}

type reader struct {
	io.Reader
	close func() error
}

func (r reader) Close() error { return r.close() }

type counting struct {
	io.Reader
	count func(n int)
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.count(n)
	return n, err
}

// readError explains an error of a decompressor.
func readError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("the compressed file ends too early: it is truncated; fetch or make it again")
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("not a gzip file, though its name says so")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("the gzip file is damaged: its checksum is wrong")
	case errors.Is(err, zstd.ErrMagicMismatch):
		return errors.New("not a zstd file, though its name says so")
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fmt.Errorf("the zstd file wants a window of more than %d MiB: compress it again without --ultra or --long", maxWindow>>20)
	}
	return err
}
