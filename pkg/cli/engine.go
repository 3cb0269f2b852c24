package cli

import (
	"os"

	"github.com/spf13/pflag"

	"llmjp.internal/modernbert/pkg/array"
)

// The engines of independent tasks.
const (
	localEngine = "local"
	slurmEngine = "slurm"
)

// engineFlags say what runs independent tasks.
type engineFlags struct {
	name    string
	workers int
	options []string
	retries int
}

func (e *engineFlags) add(f *pflag.FlagSet) {
	f.StringVar(&e.name, "engine", localEngine, "local: one task after another, or --workers at a time; slurm: a job array")
	f.IntVar(&e.workers, "workers", 1, "`N` processes of this machine that share the tasks, each with a GPU of its own")
	f.StringArrayVar(&e.options, "slurm-option", nil, "an `OPTION` for sbatch, such as --partition=gpu or --gres=gpu:1; several")
	f.IntVar(&e.retries, "retries", 2, "run tasks whose process was killed again, at most `N` times")
}

func (e engineFlags) check() error {
	switch {
	case e.name != localEngine && e.name != slurmEngine:
		return usagef("--engine %q is neither %s nor %s", e.name, localEngine, slurmEngine)
	case e.workers < 1:
		return usagef("--workers %d: at least one process is needed", e.workers)
	case e.workers > 1 && e.name == slurmEngine:
		return usagef("--workers are of --engine %s; Slurm shares the tasks itself", localEngine)
	case len(e.options) > 0 && e.name == localEngine:
		return usagef("--slurm-option needs --engine %s", slurmEngine)
	case e.retries < 0:
		return usagef("--retries %d: 0 or more; 0 runs no task again", e.retries)
	}
	return nil
}

// alone tells that this process itself does all tasks.
func (e engineFlags) alone() bool { return e.name == localEngine && e.workers == 1 }

func (e engineFlags) engine() array.Engine {
	if e.name == slurmEngine {
		return array.Slurm{Options: e.options, Retries: e.retries}
	}
	return array.Local{Workers: e.workers, GPUs: os.Getenv("CUDA_VISIBLE_DEVICES"), Retries: e.retries}
}
