package durable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Journal is a file of JSON lines that keeps finished work across a crash. Its
// first line describes the work; rows are appended and synced. One process at
// a time holds it.
type Journal struct {
	lines *Lines
	path  string
	rows  [][]byte
}

// ErrOtherWork is the error for a journal whose first line is another one.
var ErrOtherWork = errors.New("it holds rows of other work")

// OpenJournal opens a journal, or makes it, for the work that header describes
// (anything that JSON can hold). A last row that a crash cut short is dropped.
// A journal of other work is ErrOtherWork; one that another process holds is a
// [Held].
func OpenJournal(path string, header any) (j *Journal, err error) {
	first, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	lines, err := OpenLines(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lines.Close()
		}
	}()
	if err := Flock(lines.file, Exclusive); err != nil {
		return nil, err
	}
	if err := lines.measure(); err != nil { // it may have grown until the lock was held
		return nil, err
	}
	data, err := io.ReadAll(io.NewSectionReader(lines, 0, lines.Size()))
	if err != nil {
		return nil, err
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	if err := lines.Cut(int64(len(whole)), ""); err != nil {
		return nil, err
	}
	j = &Journal{lines: lines, path: path}
	if len(whole) == 0 {
		return j, j.Append(json.RawMessage(first))
	}
	rows := bytes.Split(whole[:len(whole)-1], []byte("\n"))
	if !bytes.Equal(rows[0], first) {
		return nil, fmt.Errorf("%s: %w", path, ErrOtherWork)
	}
	j.rows = rows[1:]
	return j, nil
}

// Rows returns the rows that were there when the journal was opened.
func (j *Journal) Rows() [][]byte { return j.rows }

// Append adds rows; when it returns, a crash no longer loses them. After an
// error none of them is there.
func (j *Journal) Append(rows ...any) error {
	before := j.lines.Size()
	if err := j.lines.Append(rows...); err != nil {
		return err
	}
	err := j.lines.Sync()
	if err != nil {
		err = errors.Join(err, j.lines.Cut(before, ""))
	}
	return err
}

// Close lets other processes open the journal.
func (j *Journal) Close() error { return j.lines.Close() }

// Remove removes the journal, once its rows stand elsewhere.
func (j *Journal) Remove() error { return errors.Join(os.Remove(j.path), j.lines.Close()) }
