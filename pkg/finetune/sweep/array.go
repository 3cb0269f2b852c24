package sweep

import (
	"context"

	"llmjp.internal/modernbert/pkg/array"
)

// Array runs the unfinished runs as the tasks of a job, by an engine:
// processes of this machine or Slurm. command is a program with its arguments
// that makes runs; the engine appends their numbers. say reports progress to
// the user.
func Array(ctx context.Context, o Options, engine array.Engine, command []string, say func(line string)) error {
	if err := engine.Check(ctx); err != nil {
		return err
	}
	f, unlock, err := o.begin()
	if err != nil {
		return err
	}
	defer unlock()
	if _, local := engine.(array.Local); local {
		f.removeUnfinished() // under Slurm runs of an earlier call may be writing
	}
	w, settings := &watch{Options: o, folder: f}, o.Grid.Settings()
	return engine.Run(ctx, array.Job{
		Dir: o.Dir, Name: o.Config.Task.Key(), Command: command, Say: say, Missing: w.missing,
		Describe: func(number int) string { return settings[number].String() },
		Weight:   func(number int) int { return settings[number].Epochs },
	})
}
