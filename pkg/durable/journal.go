package durable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Journal is a file of JSON lines that keeps finished work across a crash. Its
// first line says what the work is; rows are appended and synced. One process
// at a time holds it.
type Journal struct {
	file *os.File
	path string
	rows [][]byte
}

// ErrOtherWork is the error for a journal whose first line is another one.
var ErrOtherWork = errors.New("it holds rows of other work")

// OpenJournal opens a journal, or makes it, for the work that header describes
// (anything that JSON can hold). A last row that a crash cut short is dropped.
// A journal of other work is ErrOtherWork; one that another process holds is
// an error too.
func OpenJournal(path string, header any) (j *Journal, err error) {
	first, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
			err = fmt.Errorf("%s: %w", path, err)
		}
	}()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.New("another process is writing it")
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	j = &Journal{file: f, path: path}
	if err := f.Truncate(int64(len(whole))); err != nil {
		return nil, err
	}
	if _, err := f.Seek(int64(len(whole)), io.SeekStart); err != nil {
		return nil, err
	}
	if len(whole) == 0 {
		return j, j.write(append(first, '\n'))
	}
	lines := bytes.Split(whole[:len(whole)-1], []byte("\n"))
	if !bytes.Equal(lines[0], first) {
		return nil, ErrOtherWork
	}
	j.rows = lines[1:]
	return j, nil
}

// Rows are the rows that were there when the journal was opened.
func (j *Journal) Rows() [][]byte { return j.rows }

// Append adds rows; when it returns, a crash no longer loses them.
func (j *Journal) Append(rows ...any) error {
	var lines bytes.Buffer
	for _, row := range rows {
		data, err := json.Marshal(row)
		if err != nil {
			return fmt.Errorf("%s: %w", j.path, err)
		}
		lines.Write(append(data, '\n'))
	}
	return j.write(lines.Bytes())
}

func (j *Journal) write(lines []byte) error {
	if _, err := j.file.Write(lines); err != nil {
		return err
	}
	return j.file.Sync()
}

// Close gives the journal free and keeps it.
func (j *Journal) Close() error { return j.file.Close() }

// Remove gives the journal free and removes it, when its rows stand elsewhere.
func (j *Journal) Remove() error { return errors.Join(os.Remove(j.path), j.file.Close()) }
