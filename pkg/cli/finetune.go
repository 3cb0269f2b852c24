package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/run"
)

func init() { commands = append(commands, newFineTune) }

// fineTuneOptions are the flags that finetune and sweep share, and finetune's
// own.
type fineTuneOptions struct {
	task, model, output  string
	train, valid         []string
	batchSize, maxLength int
	devices, rows        int

	setting finetune.Setting
	replace bool
}

func newFineTune() *cobra.Command {
	var o fineTuneOptions
	cmd := &cobra.Command{
		Use:   "finetune --task jsts|jnli|jcola --model M --output DIR",
		Short: "Train a classifier on a task of JGLUE and score it (Table 2)",
		Long: "Fine-tunes a model with the authors' settings: AdamW without decay, linear decay of the learning\n" +
			"rate, no warm-up, no clipping. The score is that of the validation rows after the last epoch.\n\n" +
			"Writes DIR/result.json, DIR/log.jsonl (a line an update), DIR/predictions.jsonl (a line a validation\n" +
			"row) and DIR/model, all of them or nothing. The default rows are the project's own (data/jglue); JNLI's\n" +
			"training labels are not available, and result.json names their substitute.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			if err := o.setting.Validate(); err != nil {
				return usagef("--lr, --epochs: %w", err)
			}
			return fineTune(cmd.Context(), o, config, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.Float64Var(&o.setting.LR, "lr", 5e-5, "learning rate of the first update")
	f.IntVar(&o.setting.Epochs, "epochs", 3, "epochs")
	f.Uint64Var(&o.setting.Seed, "seed", 42, "seed of the classifier's initial weights, the order of rows, and dropout")
	f.BoolVar(&o.replace, "replace", false, "overwrite an existing DIR")
	return cmd
}

// flags defines the flags that finetune and sweep share.
func (o *fineTuneOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.task, "task", "", "`TASK`: jsts, jnli or jcola")
	f.StringVar(&o.model, "model", "", "directory of a model, its id on the hub, or the folder of a pretraining run for its last checkpoint (`M`)")
	f.StringArrayVar(&o.train, "train", nil, "training rows as JGLUE or JCoLA publishes them; may be a glob and be given several times (`F`)")
	f.StringArrayVar(&o.valid, "valid", nil, "validation rows in the same formats (`F`)")
	f.StringVar(&o.output, "output", "", "folder to create (`DIR`)")
	f.IntVar(&o.batchSize, "batch-size", finetune.BatchSize, "rows of an update")
	f.IntVar(&o.maxLength, "max-length", finetune.MaxLength, "cut rows to this many tokens, including special ones, or to the model's limit if that is less")
	f.IntVar(&o.rows, "rows", 0, "use only the first `N` rows of each split, for a trial; 0 is all")
	f.IntVar(&o.devices, "devices", 1, "devices that share each batch")
}

// config checks the shared flags.
func (o *fineTuneOptions) config() (finetune.Config, error) {
	var missing []string
	for _, flag := range []struct{ name, value string }{{"--task", o.task}, {"--model", o.model}, {"--output", o.output}} {
		if flag.value == "" {
			missing = append(missing, flag.name)
		}
	}
	if len(missing) > 0 {
		return finetune.Config{}, usagef("%s not given, see --help", strings.Join(missing, " and "))
	}
	task, err := jglue.Parse(o.task)
	if err != nil {
		return finetune.Config{}, usagef("--%w%s", err, didYouMean(o.task, "jsts", "jnli", "jcola"))
	}
	for _, flag := range []struct {
		name  string
		value int
	}{{"--batch-size", o.batchSize}, {"--max-length", o.maxLength}, {"--devices", o.devices}} {
		if flag.value < 1 {
			return finetune.Config{}, usagef("%s %d: at least 1 is needed", flag.name, flag.value)
		}
	}
	if o.rows < 0 {
		return finetune.Config{}, usagef("--rows %d: 0 is all", o.rows)
	}
	c := finetune.Config{Task: task, Rows: o.rows, Train: o.train, Valid: o.valid, BatchSize: o.batchSize, MaxLength: o.maxLength, Devices: o.devices}
	return c, c.UseProjectRows()
}

// openTrainer reads rows and weights and reports their numbers.
func openTrainer(ctx context.Context, config finetune.Config, stderr io.Writer) (*finetune.Trainer, error) {
	t, err := finetune.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	training, validation := t.Rows()
	fmt.Fprintf(stderr, "%s: %d training and %d validation rows\n", config.Task.Name, training, validation)
	if note := t.Note(); note != "" {
		fmt.Fprintf(stderr, "%s: %s\n", config.Task.Name, note)
	}
	sayCut(stderr, t.Cut())
	fmt.Fprintf(stderr, "not in %s, initialized from the seed: %s\n", config.Name, strings.Join(t.Fresh, ", "))
	return t, nil
}

// find sets the model's name and directory. A run's folder stands for its last
// checkpoint, also for the workers of a sweep.
func (o *fineTuneOptions) find(ctx context.Context, config *finetune.Config, stderr io.Writer) (err error) {
	if o.model, err = run.Model(o.model); err != nil {
		return fmt.Errorf("--model: %w", err)
	}
	found, err := models.List(o.model)
	if err != nil {
		return fmt.Errorf("--model: %w", err)
	}
	config.Name, config.Checkpoint = o.model, found[0].Checkpoint
	config.Model, err = modelFiles(ctx, found[0].Ref, true, stderr)
	return err
}

func fineTune(ctx context.Context, o fineTuneOptions, config finetune.Config, stdout, stderr io.Writer) error {
	if !o.replace {
		if entries, err := os.ReadDir(o.output); err == nil && len(entries) > 0 {
			return fmt.Errorf("--output %s is not empty: choose another folder, or --replace", o.output)
		}
	}
	if err := checkFolder("--output", o.output); err != nil {
		return err
	}
	if err := checkReplaced(o.output); err != nil {
		return err
	}
	if err := durable.CheckDir(o.output, o.replace); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	if err := o.find(ctx, &config, stderr); err != nil {
		return err
	}
	t, err := openTrainer(ctx, config, stderr)
	if err != nil {
		return err
	}
	defer t.Close()
	run, err := t.Run(ctx, o.setting, updates(stderr, o.setting.String()))
	if ctx.Err() != nil {
		return fmt.Errorf("stopped before the end: nothing was written to %s", o.output)
	}
	if err != nil {
		return err
	}
	if err := t.Save(o.output, run, o.replace); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%d updates in %.0f s, %.2f a second\n", len(run.Log), run.Seconds, float64(len(run.Log))/run.Seconds)
	_, err = fmt.Fprintf(stdout, "%s %s %.4f%s\n%s\n", config.Task.Name, config.Task.Metric, run.Score, others(run.Others), filepath.Join(o.output, finetune.ResultFile))
	return err
}

// checkReplaced refuses to write over a folder of another kind: --replace
// would delete what is in it.
func checkReplaced(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return nil // CheckDir says what is wrong
	}
	if _, err := os.Stat(filepath.Join(dir, finetune.ResultFile)); err != nil {
		return fmt.Errorf("--output %s: --replace writes over a result of finetune, this folder holds no %s but %s: choose another folder", dir, finetune.ResultFile, entries[0].Name())
	}
	return nil
}

// others formats the further metrics of a score: " (spearman 0.8012)".
func others(metrics map[string]float64) string {
	var parts []string
	for name, value := range metrics {
		parts = append(parts, fmt.Sprintf("%s %.4f", name, value))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// updates shows a run's progress on stderr: a bar on a terminal, else a line
// now and then with the loss.
func updates(stderr io.Writer, name string) func(finetune.Update, int) {
	if terminal(stderr) {
		bar := progress(stderr, name)
		return func(u finetune.Update, total int) { bar(u.Step, total) }
	}
	spoke := time.Now()
	return func(u finetune.Update, total int) {
		if time.Since(spoke) >= progressEvery || u.Step == total {
			fmt.Fprintf(stderr, "%s: update %d of %d, loss %.4f\n", name, u.Step, total, u.Loss)
			spoke = time.Now()
		}
	}
}
