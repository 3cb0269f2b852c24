package durable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Lines is an open file of JSON lines that grows at its end. After a failed
// Append the file ends with the last whole line, so that the next row does not
// stand behind half a one.
type Lines struct {
	file *os.File
	end  int64 // behind the last whole line
	torn bool  // the file may be longer than end
}

// OpenLines opens a file, or makes it. What is there stays.
func OpenLines(path string) (*Lines, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	l := &Lines{file: f}
	if err := l.measure(); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// measure sets end to the file's length.
func (l *Lines) measure() error {
	info, err := l.file.Stat()
	if err == nil {
		l.end = info.Size()
	}
	return err
}

// Size returns the length in bytes.
func (l *Lines) Size() int64 { return l.end }

// ReadAt reads from the file, as [io.ReaderAt].
func (l *Lines) ReadAt(p []byte, at int64) (int, error) { return l.file.ReadAt(p, at) }

// Append writes rows as JSON, a line each: all of them, or none and an error.
// They reach the disk at the next Sync.
func (l *Lines) Append(rows ...any) error {
	var lines bytes.Buffer
	for _, row := range rows {
		data, err := json.Marshal(row)
		if err != nil {
			return fmt.Errorf("%s: %w", l.file.Name(), err)
		}
		lines.Write(append(data, '\n'))
	}
	if l.torn {
		if err := l.truncate(l.end); err != nil {
			return err
		}
	}
	if _, err := l.file.WriteAt(lines.Bytes(), l.end); err != nil {
		l.torn = true // WriteAt does not count what it wrote before an error
		_ = l.truncate(l.end)
		return err
	}
	l.end += int64(lines.Len())
	return nil
}

// Cut ends the file at a length. It first appends what stood behind to the file
// at path aside and syncs that; if aside is "", the lines are lost.
func (l *Lines) Cut(length int64, aside string) error {
	if aside != "" && length < l.end {
		if err := l.copyTail(length, aside); err != nil {
			return err
		}
	}
	return l.truncate(length)
}

// copyTail appends the bytes from an offset on to another file and syncs it.
func (l *Lines) copyTail(from int64, path string) error {
	kept, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer kept.Close()
	if _, err := io.Copy(kept, io.NewSectionReader(l.file, from, l.end-from)); err != nil {
		return err
	}
	if err := kept.Sync(); err != nil {
		return err
	}
	return kept.Close()
}

// truncate ends the file at a length.
func (l *Lines) truncate(length int64) error {
	if err := l.file.Truncate(length); err != nil {
		return err
	}
	l.end, l.torn = length, false
	return nil
}

// Sync waits until what was appended is on the disk.
func (l *Lines) Sync() error { return l.file.Sync() }

// Close closes the file.
func (l *Lines) Close() error { return l.file.Close() }
