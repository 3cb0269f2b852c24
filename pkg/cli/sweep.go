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

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/finetune/sweep"
	"llmjp.internal/modernbert/pkg/result"
)

func init() { commands = append(commands, newSweep) }

// sweepOptions are sweep's flags.
type sweepOptions struct {
	fineTuneOptions
	engineFlags
	grid []string
	only []int
}

func newSweep() *cobra.Command {
	var o sweepOptions
	cmd := &cobra.Command{
		Use:   "sweep --task jsts|jnli|jcola --model M --output DIR [--grid KEY=VALUE,… …]",
		Short: "Fine-tune over a grid of learning rates and epochs and take the best (Table 2)",
		Long: "Makes an independent run for every learning rate, number of epochs and seed of the grid (the paper's\n" +
			"36 with one seed if not given) and prints a JSON line a run, in the grid's order, then one with the\n" +
			"best, the mean and deviation of its setting over the seeds, and what selecting the best adds to its\n" +
			"score (\"selection\": the best on one random half of the validation rows, scored on the other).\n\n" +
			"DIR keeps the finished runs: the same command continues where it was stopped. With --engine slurm\n" +
			"the runs are the tasks of a job array; those that die are submitted again.\n" +
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
			if err := o.engineFlags.check(); err != nil {
				return err
			}
			if o.workers > 1 && config.Devices > 1 {
				return usagef("--workers and --devices exclude each other: a worker has one device")
			}
			if err := checkFolder("--output", o.output); err != nil {
				return err
			}
			return o.run(cmd.Context(), config, grid, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.fineTuneOptions.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.grid, "grid", nil, "`KEY=VALUE,VALUE…` for lr, epochs or seed; may be given several times, or followed by more")
	o.engineFlags.add(f)
	f.IntSliceVar(&o.only, "only", nil, "only make the grid's runs of these numbers: for workers and tasks of the job array")
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
	if len(o.only) > 0 {
		return sweep.RunNumbers(ctx, options, o.only...)
	}
	if err := o.sweep(ctx, options, stderr); err != nil {
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

// sweep makes the runs with the chosen engine.
func (o *sweepOptions) sweep(ctx context.Context, options sweep.Options, stderr io.Writer) error {
	if o.alone() {
		return sweep.Local(ctx, options)
	}
	command, err := o.worker(options.Config, options.Grid)
	if err != nil {
		return err
	}
	return sweep.Array(ctx, options, o.engine(), command, func(line string) { fmt.Fprintln(stderr, line) })
}

// printRun prints a run without what differs between repetitions.
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

// printBest prints the best run, its setting over seeds, and what selection adds.
func printBest(stdout io.Writer, j *result.JGLUE) error {
	model, task := j.Runs[0].Model, j.Runs[0].Task
	s, _ := finding.Score(j, model, task)
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
	}{s.Best, s.Runs, s.Mean, deviation(s), s.Seeds, s.Median, s.Settings, worth{selection.Chosen, selection.HeldOut, selection.Optimism()}})
}

// deviation returns the standard deviation over seeds, nil for a single seed.
func deviation(s finding.TaskScore) *float64 {
	if s.Seeds < 2 {
		return nil
	}
	return &s.Deviation
}

// worker returns the command line of a process that makes some of a sweep's
// runs; the numbers of the runs follow it.
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
