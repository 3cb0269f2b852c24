package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"llmjp.internal/modernbert/pkg/figure"
	"llmjp.internal/modernbert/pkg/notebook"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// Preset returns stage 1's settings of the preset that MODERNBERT_PRESET names.
func Preset() (pretrain.Settings, error) {
	s, err := pretrain.Preset(variable.Preset.Text(), 1)
	if err != nil {
		return s, fmt.Errorf("%s: %w", variable.Preset.Name, err)
	}
	return s, nil
}

// Steps returns the number of steps to train, MODERNBERT_STEPS.
func Steps() (int, error) { return variable.Steps.Count() }

// Run returns the folder of the run that the notebook trains: that of
// MODERNBERT_OUTPUT, else the notebook's own.
func Run() (string, error) {
	if dir := variable.Output.Folder(); dir != "" {
		return dir, nil
	}
	return ownRun()
}

func ownRun() (string, error) {
	dir, err := variable.WorkFolder()
	return filepath.Join(dir, "notebook-04"), err
}

// Train pretrains, or goes on with the run in opt.Output, on the project's own
// texts where opt names none. It draws the training curve at each validation
// and says how far the run has come. Where the notebook's own run has gone
// beyond opt.Steps, it keeps that under another name and begins a new one.
//
// Jupyter's stop button ends the step, saves a checkpoint and ends the cell
// with a line that says so.
func Train(opt pretrain.Options) (pretrain.Summary, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	kept, err := setAside(opt)
	if err != nil {
		return pretrain.Summary{}, err
	}
	if kept != "" {
		notebook.Markdown("The run that was here has more than %d steps. It is kept in `%s`; a new one begins.", opt.Steps, kept)
	}
	opt, err = opt.WithDefaults()
	if err != nil {
		return pretrain.Summary{}, err
	}
	curve, progress := notebook.NewLive(), notebook.NewLive()
	opt.Evaluated = func(result.Evaluation) {
		curve.Show(figure.LiveCurve(notebook.Must(run.Curve(opt.Output)), opt.Steps))
	}
	opt.Progress = func(p pretrain.Progress) {
		left := ""
		if p.Left > 0 {
			left = fmt.Sprintf(", %s left", p.Left.Round(time.Second))
		}
		progress.Say(fmt.Sprintf("step %d of %d, loss %.3f%s", p.Step, p.TotalSteps, p.Loss, left))
	}
	progress.Say("reading the texts, compiling the first step …")
	summary, err := pretrain.Run(ctx, opt)
	progress.Say("")
	if stopped := (*pretrain.Stopped)(nil); errors.As(err, &stopped) {
		notebook.Markdown("Stopped after step %d and saved. Run this cell again: it goes on from there.", stopped.Step)
		os.Exit(0) // the kernel would report any other status twice
	}
	return summary, err
}

// setAside renames the notebook's own run where it has gone beyond opt.Steps,
// so that a shorter one can begin, and returns the new name; "" where the run
// stays. It never removes a run.
func setAside(opt pretrain.Options) (kept string, err error) {
	own, err := ownRun()
	if err != nil || filepath.Clean(opt.Output) != own {
		return "", err
	}
	if _, err := os.Stat(own); err != nil {
		return "", nil
	}
	m, err := last(own)
	if err != nil || m.Step <= opt.Steps {
		return "", nil // pretrain.Run says what is wrong with a damaged run
	}
	unlock, err := run.Lock(own) // an error where another process trains there
	if err != nil {
		return "", err
	}
	defer unlock()
	kept = own + "-" + run.StepName(m.Step)
	if _, err := os.Stat(kept); err == nil {
		return "", fmt.Errorf("%s stands at step %d, %d steps are asked for, and %s is there already: rename or remove one of them", own, m.Step, opt.Steps, kept)
	}
	return kept, os.Rename(own, kept)
}
