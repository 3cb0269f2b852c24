package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// Options describe a sweep.
type Options struct {
	Config finetune.Config
	Grid   Grid
	Dir    string // its folder
	// Open returns a trainer and a function that releases it; nil means finetune.Open
	// and Close. It is called at most once, and not if every run is finished.
	Open func(ctx context.Context, c finetune.Config) (t *finetune.Trainer, release func(), err error)
	// Row, if not nil, receives each run in the grid's order, as soon as that run and
	// all runs before it are finished.
	Row func(Row) error
	// Progress, if not nil, returns the function that receives a run's updates.
	Progress func(s finetune.Setting) func(u finetune.Update, total int)
}

// worst is the number of misjudged rows in a run's file.
const worst = 20

// Local runs the unfinished runs one after another.
func Local(ctx context.Context, o Options) error {
	f, unlock, err := o.begin()
	if err != nil {
		return err
	}
	defer unlock()
	f.removeUnfinished()
	var l lazy
	defer l.close()
	settings := o.Grid.Settings()
	for done, s := range settings {
		row, ok, err := f.row(s)
		if err != nil {
			return err
		}
		if !ok {
			if err = l.open(ctx, &o); err != nil {
				return err
			}
			if row, err = o.run(ctx, l.trainer, f, s); err != nil {
				if ctx.Err() != nil {
					return fmt.Errorf("stopped: %d of %d runs are finished, the same command goes on from there", done, len(settings))
				}
				return err
			}
		}
		if err := o.report(row); err != nil {
			return err
		}
	}
	return nil
}

// RunNumbers runs the grid's runs with these numbers, from 0, unless they are
// finished. A worker and a task of a job array call it.
func RunNumbers(ctx context.Context, o Options, numbers ...int) error {
	settings, f := o.Grid.Settings(), folder(o.Dir)
	for _, number := range numbers {
		if number < 0 || number >= len(settings) {
			return fmt.Errorf("run %d of a grid of %d", number, len(settings))
		}
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, runsFolder), 0o777); err != nil {
		return err
	}
	var l lazy
	defer l.close()
	for _, number := range numbers {
		s := settings[number]
		_, ok, err := f.row(s)
		if err != nil {
			return err
		}
		if ok {
			continue
		}
		if err = l.open(ctx, &o); err != nil {
			return err
		}
		if _, err = o.run(ctx, l.trainer, f, s); err != nil {
			return err
		}
	}
	return nil
}

// lazy opens a trainer at the first unfinished run.
type lazy struct {
	trainer *finetune.Trainer
	release func()
}

func (l *lazy) open(ctx context.Context, o *Options) (err error) {
	if l.trainer == nil {
		l.trainer, l.release, err = o.open(ctx)
	}
	return err
}

func (l *lazy) close() {
	if l.trainer != nil {
		l.release()
	}
}

// watch follows a sweep whose runs other processes make.
type watch struct {
	Options
	folder folder
	known  int // runs of the grid that Row was told
}

// missing returns the numbers of the unfinished runs. It passes finished runs
// to Row, up to the first unfinished one.
func (w *watch) missing() ([]int, error) {
	var missing []int
	for number, setting := range w.Grid.Settings() {
		row, ok, err := w.folder.row(setting)
		if err != nil {
			return nil, err
		}
		switch {
		case !ok:
			missing = append(missing, number)
		case number == w.known:
			if err := w.report(row); err != nil {
				return nil, err
			}
			w.known++
		}
	}
	return missing, nil
}

// begin locks the folder and checks that it holds this sweep.
func (o *Options) begin() (f folder, unlock func(), err error) {
	o.Config = o.Config.WithDefaults()
	header, err := newHeader(o.Config)
	if err != nil {
		return "", nil, err
	}
	f = folder(o.Dir)
	if unlock, err = f.lock(); err != nil {
		return "", nil, err
	}
	if err := f.prepare(header); err != nil {
		unlock()
		return "", nil, err
	}
	return f, unlock, nil
}

func (o *Options) open(ctx context.Context) (t *finetune.Trainer, release func(), err error) {
	if o.Open != nil {
		return o.Open(ctx, o.Config)
	}
	if t, err = finetune.Open(ctx, o.Config); err != nil {
		return nil, nil, err
	}
	return t, t.Close, nil
}

func (o *Options) report(row Row) error {
	if o.Row == nil {
		return nil
	}
	return o.Row(row)
}

// run makes one run and saves it. It saves a run whose loss is not finite as
// failed, since that would fail again.
func (o *Options) run(ctx context.Context, t *finetune.Trainer, f folder, s finetune.Setting) (Row, error) {
	var progress func(finetune.Update, int)
	if o.Progress != nil {
		progress = o.Progress(s)
	}
	task := o.Config.Task
	row := Row{
		FineTuneRun: result.FineTuneRun{
			Model: o.Config.Checkpoint.Label(), Task: task.Name, LR: s.LR, Epochs: s.Epochs, Seed: s.Seed, Metric: task.Metric, Note: t.Note(),
		},
		Updates: t.Updates(s.Epochs), Backend: t.Backend(), Commit: project.Commit(),
	}
	run, err := t.Run(ctx, s, progress)
	var diverged *finetune.Diverged
	switch {
	case errors.As(err, &diverged):
		row.Failed = err.Error()
	case err != nil:
		return Row{}, err
	default:
		row.Score, row.Others, row.Seconds = run.Score, run.Others, run.Seconds
		row.Predictions, row.Worst = run.Predictions, t.Worst(run, worst)
	}
	return row, f.write(rowFile(s), row)
}
