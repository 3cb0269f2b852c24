package bench

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/result"
)

// Options choose the cases, the sides and the number of repetitions.
type Options struct {
	Sizes   Sizes
	Cases   []Case
	Repeats int
	Sides   []Side // ours first
	Data    string // glob of the texts; see [corpus.Texts]
	Dir     string // folder for models and batches, tens of MB to GB; the caller removes it
	// Row receives each row as soon as it is measured. Report receives progress.
	// Note receives what a reader of the result must know: the versions, and the
	// sides that were left out.
	Row    func(result.BenchRow)
	Report func(line string)
	Note   func(line string)
}

// pause is the time between two turns, in which the threads of one side come to
// rest.
const pause = 300 * time.Millisecond

// Run measures every case on every side that takes part in it.
func Run(ctx context.Context, opt Options) ([]result.BenchRow, error) {
	files, err := newFiles(ctx, opt)
	if err != nil {
		return nil, err
	}
	var rows []result.BenchRow
	for i, c := range opt.Cases {
		opt.Report(fmt.Sprintf("%d/%d: %s", i+1, len(opt.Cases), c))
		job, config, err := files.job(c)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", c, err)
		}
		measure := opt.measure
		if c.Start != "" {
			measure = opt.measureFirst
		}
		measured, err := measure(ctx, job)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", c, err)
		}
		for k := range measured {
			row := &measured[k]
			row.Task, row.Compute, row.Layers, row.Batch, row.Length = c.task(), c.Compute, c.Layers, c.Batch, c.Length
			if config != nil {
				row.Hidden = config.HiddenSize
				if !c.Documents && c.Start == "" {
					row.Operations = c.operations(config, job.Settings.MaskRate)
				}
			}
			if c.Task == Matmul {
				row.Operations = 1
			}
			opt.Row(*row)
		}
		rows = append(rows, measured...)
	}
	return rows, nil
}

// A turn is a side's process and its answers.
type turn struct {
	*process
	warm  reply
	rates []float64
}

// measure starts a process for each side and lets the processes take turns at
// the job. It returns an error if their values disagree.
func (opt Options) measure(ctx context.Context, job Job) ([]result.BenchRow, error) {
	var turns []*turn
	defer func() {
		for _, t := range turns {
			t.stop()
		}
	}()
	for _, side := range opt.Sides {
		if !side.takes(job.Case) {
			continue
		}
		p, err := side.start(ctx, job.Case.Task)
		if err != nil {
			return nil, err
		}
		t := &turn{process: p}
		began := time.Now()
		if t.warm, err = t.ask(request{Do: "prepare", Job: &job}); err != nil {
			t.stop()
			if side.Optional && ctx.Err() == nil {
				opt.Note(fmt.Sprintf("%s: without %s, which could not be prepared: %s", job.Case, t.name, firstLine(err)))
				continue
			}
			return nil, err
		}
		turns = append(turns, t)
		if t.warm.Versions != "" {
			opt.Note("Versions: " + t.warm.Versions + ".")
		}
		opt.Report(fmt.Sprintf("  %s: ready in %.1f s, the first step in %.1f s", t.name, time.Since(began).Seconds(), t.warm.Seconds))
	}
	if len(turns) == 0 {
		return nil, nil
	}
	if err := agree(job.Case, turns, 1); err != nil {
		return nil, err
	}
	value := turns[0].warm.Value
	for round := range opt.Repeats + 1 { // the first is a second warm-up
		for i := range turns {
			t := turns[(i+round)%len(turns)]
			time.Sleep(pause)
			answer, err := t.ask(request{Do: "step"})
			if err != nil {
				return nil, err
			}
			if round == 0 {
				t.warm = answer
				continue
			}
			t.rates = append(t.rates, turns[0].warm.Units/answer.Seconds)
		}
		if round == 0 {
			if err := agree(job.Case, turns, 10); err != nil {
				return nil, fmt.Errorf("after a step: %w", err)
			}
		}
	}
	var rows []result.BenchRow
	for _, t := range turns {
		onGPU := gpuMemory(t.command.Process.Pid)
		end, err := t.ask(request{Do: "end"})
		if err != nil {
			return nil, err
		}
		if onGPU > 0 {
			end.Peak = onGPU
		}
		row := result.BenchRow{Program: t.name, Rates: t.rates, PeakMemory: end.Peak, Padding: t.warm.Padding}
		if task := job.Case.Task; job.Case.trains() || task == Forward {
			row.Loss = value
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// firstLine returns the first line of an error.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// agree returns an error if the sides' values differ by more than slack times
// the tolerance of the case. It is called before anything is timed.
func agree(c Case, turns []*turn, slack float64) error {
	tolerance := 1e-4 * slack
	if c.Compute == "bfloat16" {
		tolerance = 1e-2
	}
	if c.Task == Tokenize {
		tolerance = 0
	}
	for _, t := range turns[1:] {
		a, b := turns[0].warm.Value, t.warm.Value
		if !(math.Abs(a-b) <= tolerance*math.Abs(b)) {
			return fmt.Errorf("%s computes %.9g, %s %.9g: they do not do the same, nothing was timed", turns[0].name, a, t.name, b)
		}
	}
	return nil
}
