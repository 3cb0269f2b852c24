package bench

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// A Start says in which state a new process is measured until its first result.
type Start string

// The starts.
const (
	Cold Start = "cold" // nothing that was compiled is on the disk, as at a machine's first use
	Warm Start = "warm" // an earlier process did the same
)

// task returns the case's task in a row of the result.
func (c Case) task() string {
	switch {
	case c.Start != "":
		return fmt.Sprintf("first-%s-%s", c.Task, c.Start)
	case c.Documents && c.Task == Train:
		return "train-documents"
	}
	return c.Task
}

// firstCases lists what users wait for at the start of a process: ten embeddings,
// a mask that is filled, a run's first step.
func (s Sizes) firstCases(compute string) (cases []Case) {
	for _, start := range []Start{Cold, Warm} {
		cases = append(cases,
			Case{Task: Embed, Compute: compute, Layers: s.Layers, Batch: 10, Length: 512, Documents: true, Start: start},
			Case{Task: FillMask, Compute: compute, Layers: s.Layers, Start: start},
			Case{Task: Train, Compute: compute, Layers: s.Layers, Batch: 1, Length: s.Lengths[0], Start: start})
	}
	return cases
}

// measureFirst measures the time from a process's start to its first result. Each
// repetition is a new process; the sides take turns. A first turn, which brings the
// files into memory and fills the folder of a warm start, is not timed; its values
// must agree.
func (opt Options) measureFirst(ctx context.Context, job Job) ([]result.BenchRow, error) {
	warm, err := os.MkdirTemp(opt.Dir, "programs-")
	if err != nil {
		return nil, err
	}
	var turns []*turn
	var sides []Side
	for _, side := range opt.Sides {
		if side.takes(job.Case) {
			turns, sides = append(turns, &turn{process: &process{name: side.Names[job.Case.Task]}}), append(sides, side)
		}
	}
	if len(turns) == 0 {
		return nil, nil
	}
	for round := range opt.Repeats + 1 {
		for i := range turns {
			i = (i + round) % len(turns)
			programs := warm
			if job.Case.Start == Cold {
				if programs, err = os.MkdirTemp(opt.Dir, "programs-"); err != nil {
					return nil, err
				}
			}
			answer, seconds, err := sides[i].first(ctx, job, programs)
			if err != nil {
				return nil, err
			}
			if turns[i].warm = answer; round > 0 {
				turns[i].rates = append(turns[i].rates, 1/seconds)
			}
			time.Sleep(pause)
		}
		if err := agree(job.Case, turns, 1); err != nil {
			return nil, err
		}
	}
	if versions := turns[len(turns)-1].warm.Versions; versions != "" {
		opt.Note("Versions: " + versions + ".")
	}
	var rows []result.BenchRow
	for _, t := range turns {
		rows = append(rows, result.BenchRow{Program: t.name, Rates: t.rates})
	}
	opt.Report("  first result: " + waits(rows))
	return rows, nil
}

// first starts the side with a folder of compiled programs, and returns its first
// answer and the seconds until it came.
func (s Side) first(ctx context.Context, job Job, programs string) (reply, float64, error) {
	if s.Env == nil {
		s.Env = os.Environ()
	}
	s.Env = append(s.Env[:len(s.Env):len(s.Env)], backend.ProgramsVariable+"="+programs)
	began := time.Now()
	p, err := s.start(ctx, job.Case.Task)
	if err != nil {
		return reply{}, 0, err
	}
	answer, err := p.ask(request{Do: "prepare", Job: &job})
	seconds := time.Since(began).Seconds()
	p.stop()
	return answer, seconds, err
}

// waits returns each side's median time to its first result and, beside ours, the
// others' ratio to it.
func waits(rows []result.BenchRow) string {
	var parts []string
	ours := 0.0
	for _, r := range rows {
		rate, low, high := finding.Rate(r)
		part := fmt.Sprintf("%s %.2f s (%.2f to %.2f)", r.Program, 1/rate, 1/high, 1/low)
		if r.Program == result.Ours {
			ours = rate
		} else if ours > 0 {
			part += fmt.Sprintf(", %.1f times ours", ours/rate)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}
