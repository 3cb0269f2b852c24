package pretrain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Line is one step in log.jsonl.
type Line struct {
	Step         int     `json:"step"`          // from 1
	Loss         float64 `json:"loss"`          // mean cross-entropy of the batch's masked tokens, nats
	LR           float64 `json:"lr"`            // the rate that this update used
	GradNorm     float64 `json:"grad_norm"`     // global L2 norm before clipping
	Tokens       int     `json:"tokens"`        // attended tokens, special ones included
	MaskedTokens int     `json:"masked_tokens"` // those with a label
	Accuracy     float64 `json:"accuracy"`      // share of the masked tokens guessed right
	Padding      float64 `json:"padding"`       // share of the computed positions that hold no token
	Seconds      float64 `json:"seconds"`       // wall time of the step
}

// journal is a file of JSON lines, each with a field "step", that grows with a
// run. A crash leaves whole lines, but for the last.
type journal struct{ file *os.File }

// openJournal opens a journal and drops what is later than a step; it looks at
// the end of the file only. last is the step of the last line that stays, -1
// if there is none.
func openJournal(path string, step int) (j *journal, last int, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, -1, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	end, last, err := cut(file, step)
	if err != nil {
		return nil, -1, fmt.Errorf("%s: %w", path, err)
	}
	if err := file.Truncate(end); err != nil {
		return nil, -1, err
	}
	if _, err := file.Seek(end, io.SeekStart); err != nil {
		return nil, -1, err
	}
	return &journal{file}, last, nil
}

// cut finds where the last whole line ends whose step is not later.
func cut(file *os.File, step int) (end int64, last int, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, -1, err
	}
	size := info.Size()
	for window := int64(1 << 16); ; window *= 4 {
		from := max(0, size-window)
		tail := make([]byte, size-from)
		if _, err := file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
			return 0, -1, err
		}
		if from > 0 { // the first line may be half a line
			begin := bytes.IndexByte(tail, '\n') + 1
			tail, from = tail[begin:], from+int64(begin)
		}
		for {
			tail = tail[:bytes.LastIndexByte(tail, '\n')+1]
			if len(tail) == 0 {
				break
			}
			begin := bytes.LastIndexByte(tail[:len(tail)-1], '\n') + 1
			var line struct{ Step *int }
			if json.Unmarshal(tail[begin:], &line) == nil && line.Step != nil && *line.Step <= step {
				return from + int64(len(tail)), *line.Step, nil
			}
			tail = tail[:begin]
		}
		if window >= size {
			return 0, -1, nil
		}
	}
}

// write appends a line.
func (j *journal) write(line any) error {
	data, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("%s: %w", j.file.Name(), err)
	}
	_, err = j.file.Write(append(data, '\n'))
	return err
}

// sync makes sure that a checkpoint is not older than its log.
func (j *journal) sync() error { return j.file.Sync() }

func (j *journal) close() error {
	if err := j.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}
