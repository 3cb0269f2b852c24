package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
)

// Line is one step in log.jsonl.
type Line struct {
	Step         int     `json:"step"`          // from 1
	Loss         float64 `json:"loss"`          // mean cross-entropy of the batch's masked tokens, nats
	LR           float64 `json:"lr"`            // the learning rate of this update
	GradNorm     float64 `json:"grad_norm"`     // global L2 norm before clipping
	Tokens       int     `json:"tokens"`        // attended tokens, special ones included
	MaskedTokens int     `json:"masked_tokens"` // those with a label
	Accuracy     float64 `json:"accuracy"`      // share of the masked tokens predicted right
	Padding      float64 `json:"padding"`       // share of the computed positions that hold no token
	Seconds      float64 `json:"seconds"`       // wall time of the step
}

// cutSuffix names the file beside a log that keeps the lines cut from it.
const cutSuffix = ".cut"

// OpenLog opens log.jsonl or eval.jsonl in a run's folder, or makes it, to
// continue after a step. Later lines are moved to the end of NAME.cut beside
// it. OpenLog reads the end of the file only. last is the step of the last
// line that stays, -1 if there is none.
func OpenLog(dir, name string, step int) (log *durable.Lines, last int, err error) {
	path := filepath.Join(dir, name)
	log, err = durable.OpenLines(path)
	if err != nil {
		return nil, -1, err
	}
	end, last, err := endOf(log, step)
	if err == nil {
		err = log.Cut(end, path+cutSuffix)
	}
	if err != nil {
		log.Close()
		return nil, -1, fmt.Errorf("%s: %w", path, err)
	}
	return log, last, nil
}

// endOf finds the end of the last whole line whose step is not later than the
// given one.
func endOf(log *durable.Lines, step int) (end int64, last int, err error) {
	size := log.Size()
	for window := int64(1 << 16); ; window *= 4 {
		from := max(0, size-window)
		tail := make([]byte, size-from)
		if _, err := log.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
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
