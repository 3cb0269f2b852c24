package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
)

// A request is a line to a side's process; a reply is the line that it answers.
type request struct {
	Do  string `json:"do"` // "prepare", "step", "end"
	Job *Job   `json:"job,omitempty"`
}

type reply struct {
	Units   float64 `json:"units,omitempty"`
	Padding float64 `json:"padding,omitempty"`
	Value   float64 `json:"value"`
	Seconds float64 `json:"seconds,omitempty"`
	Peak    int64   `json:"peak,omitempty"` // bytes
	// Versions names the side's libraries, in the answer to "prepare".
	Versions string `json:"versions,omitempty"`
	Error    string `json:"error,omitempty"`
}

// Serve runs our side's process: it answers the requests on in until the input
// ends. The answer to "prepare" comes after one computed step; peak memory
// counts from before that step.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines, answers := json.NewDecoder(in), json.NewEncoder(out)
	var current *work
	for {
		var r request
		if err := lines.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("bench: a request that is no JSON: %w", err)
		}
		answer, err := answerTo(ctx, r, &current)
		if err != nil {
			answer = reply{Error: strings.Join(strings.Fields(err.Error()), " ")}
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}

func answerTo(ctx context.Context, r request, current **work) (answer reply, err error) {
	defer func() { // GoMLX panics where a graph is wrong
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if r.Do == "prepare" {
		if r.Job == nil {
			return reply{}, errors.New("prepare without a job")
		}
		if *current, err = r.Job.prepare(ctx); err != nil {
			return reply{}, err
		}
		resetPeak()
	}
	w := *current
	if w == nil {
		return reply{}, fmt.Errorf("%s before prepare", r.Do)
	}
	if r.Do == "end" {
		peak := peakMemory()
		w.close()
		*current = nil
		return reply{Peak: peak}, nil
	}
	began := time.Now()
	value, err := w.step(ctx)
	return reply{Units: w.units, Padding: w.padding, Value: value, Seconds: time.Since(began).Seconds()}, err
}

// resetPeak resets the process's peak of memory to its present use (Linux).
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // other systems report the peak since the process's start, or none
}

// peakMemory returns the greatest resident size in bytes. It returns 0 if the
// system does not tell, or if the backend computes in a GPU's memory.
func peakMemory() int64 {
	if b, err := backend.Open(); err == nil && backend.Kind(b) == "xla:cuda" {
		return 0
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kib int64
			if _, err := fmt.Sscan(rest, &kib); err == nil {
				return kib << 10
			}
		}
	}
	return 0
}
