package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/finetune/sweep"
	"llmjp.internal/modernbert/pkg/result"
)

func init() { commands = append(commands, newSweep) }

// The engines of sweep.
const (
	localEngine = "local"
	slurmEngine = "slurm"
)

// sweepOptions are sweep's flags.
type sweepOptions struct {
	fineTuneOptions
	grid   []string
	engine string
	slurm  sweep.SlurmOptions
	only   int
}

func newSweep() *cobra.Command {
	var o sweepOptions
	cmd := &cobra.Command{
		Use:   "sweep --task jsts|jnli|jcola --model M --output DIR [--grid lr=…,… epochs=…,… seed=…,…]",
		Short: "Fine-tune over a grid of learning rates and epochs and take the best (Table 2)",
		Long: "Makes an independent run for every learning rate, number of epochs and seed of the grid (the paper's\n" +
			"36 with one seed if not given) and prints a JSON line a run, in the grid's order, then one with the\n" +
			"best, the mean and deviation of its setting over the seeds, and what choosing the best is worth\n" +
			"(\"selection\": the best on one random half of the validation rows, scored on the other).\n\n" +
			"DIR keeps the finished runs: the same command goes on where it was stopped. With --engine slurm the\n" +
			"runs are the tasks of a job array; those that die are handed in again.\n" +
			"scripts/modernbert figures --sweep DIR makes Table 2 and the heat map.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			grid, err := sweep.ParseGrid(append(o.grid, args...)...)
			if err != nil {
				return usagef("--grid: %w", err)
			}
			if o.engine != localEngine && o.engine != slurmEngine {
				return usagef("--engine %q is neither %s nor %s", o.engine, localEngine, slurmEngine)
			}
			return o.run(cmd.Context(), config, grid, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.grid, "grid", nil, "`KEY=VALUE,VALUE…` for lr, epochs, seed; several, also without --grid between them")
	f.StringVar(&o.engine, "engine", localEngine, "local: one run after another; slurm: a job array")
	f.StringArrayVar(&o.slurm.Options, "slurm-option", nil, "an `OPTION` for sbatch, such as --partition=gpu or --gres=gpu:1; several")
	f.IntVar(&o.slurm.Retries, "retries", 2, "how often the runs that died under Slurm are handed in again")
	f.IntVar(&o.only, "only", -1, "make the grid's run of this number and end: what a task of the job array calls")
	_ = f.MarkHidden("only")
	return cmd
}

func (o *sweepOptions) run(ctx context.Context, config finetune.Config, grid sweep.Grid, stdout, stderr io.Writer) error {
	if err := o.find(ctx, &config, stderr); err != nil {
		return err
	}
	options := sweep.Options{
		Config: config, Grid: grid, Dir: o.output,
		Open: func(ctx context.Context, c finetune.Config) (*finetune.Trainer, func(), error) {
			t, err := openTrainer(ctx, c, stderr)
			if err != nil {
				return nil, nil, err
			}
			return t, t.Close, nil
		},
		Row:      func(row sweep.Row) error { return printRun(stdout, row) },
		Progress: func(s finetune.Setting) func(finetune.Update, int) { return updates(stderr, s.String()) },
	}
	if o.only >= 0 {
		return sweep.One(ctx, options, o.only)
	}
	engine := sweep.Local
	if o.engine == slurmEngine {
		engine = func(ctx context.Context, options sweep.Options) error {
			var err error
			if o.slurm.Command, err = o.worker(config, grid); err != nil {
				return err
			}
			o.slurm.Say = func(line string) { fmt.Fprintln(stderr, line) }
			return sweep.Slurm(ctx, options, o.slurm)
		}
	}
	if err := engine(ctx, options); err != nil {
		return err
	}
	j, err := sweep.Collect(o.output)
	if err != nil {
		return err
	}
	if err := result.Save(o.output, j); err != nil {
		return err
	}
	return printBest(stdout, j)
}

// printRun prints a run without what differs from one time to the next.
func printRun(stdout io.Writer, row sweep.Row) error {
	if row.Failed != "" {
		return json.NewEncoder(stdout).Encode(struct {
			Model  string  `json:"model"`
			Task   string  `json:"task"`
			LR     float64 `json:"lr"`
			Epochs int     `json:"epochs"`
			Seed   uint64  `json:"seed"`
			Failed string  `json:"failed"`
		}{row.Model, row.Task, row.LR, row.Epochs, row.Seed, row.Failed})
	}
	return json.NewEncoder(stdout).Encode(row.FineTuneRun)
}

// printBest prints what the sweep says: the best run and what it is worth.
func printBest(stdout io.Writer, j *result.JGLUE) error {
	model, task := j.Runs[0].Model, j.Runs[0].Task
	s, _ := j.Score(model, task)
	selection, _ := j.Selection(model, task)
	type worth struct {
		Chosen  float64 `json:"chosen"`
		HeldOut float64 `json:"held_out"`
		Worth   float64 `json:"worth"`
	}
	return json.NewEncoder(stdout).Encode(struct {
		Best      result.FineTuneRun `json:"best"`
		Runs      int                `json:"runs"`
		Mean      float64            `json:"mean"`
		Deviation *float64           `json:"deviation"`
		Seeds     int                `json:"seeds"`
		Median    float64            `json:"median"`
		Settings  int                `json:"settings"`
		Selection worth              `json:"selection"`
	}{s.Best, s.Runs, s.Mean, deviation(s), s.Seeds, s.Median, s.Settings, worth{selection.Chosen, selection.HeldOut, selection.Worth()}})
}

// deviation is null where there is one seed.
func deviation(s result.TaskScore) *float64 {
	if s.Seeds < 2 {
		return nil
	}
	return &s.Deviation
}

// worker is the command line of a job array's task, which gets its number
// behind it.
func (o *sweepOptions) worker(config finetune.Config, grid sweep.Grid) ([]string, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	output, err := filepath.Abs(o.output)
	if err != nil {
		return nil, err
	}
	args := []string{
		program, "sweep", "--task", config.Task.Key(), "--model", o.model, "--output", output, "--devices", strconv.Itoa(config.Devices),
		"--rows", strconv.Itoa(config.Rows), "--batch-size", strconv.Itoa(config.BatchSize), "--max-length", strconv.Itoa(config.MaxLength),
	}
	for _, f := range config.Train {
		args = append(args, "--train", f)
	}
	for _, f := range config.Valid {
		args = append(args, "--valid", f)
	}
	for _, spec := range grid.Specs() {
		args = append(args, "--grid", spec)
	}
	return append(args, "--only"), nil
}
