package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/ranks"
)

func init() { commands = append(commands, newPretrain) }

// pretrainOptions are pretrain's flags.
type pretrainOptions struct {
	preset, output, init, dump, cache string
	corpus                            string
	stage, steps, devices             int
	startOnly                         bool
	data, valid, set, texts           []string
	retrieval                         string
	skipBadLines, printConfig         bool
}

// none is the value of --valid and --retrieval that switches them off.
const none = "none"

func newPretrain() *cobra.Command {
	var o pretrainOptions
	cmd := &cobra.Command{
		Use:   "pretrain --preset tiny|small|base --output DIR",
		Short: "Pretrain a model by masked language modelling, or resume a run",
		Long: "Pretrains a model, or resumes the run in DIR exactly where it stopped.\n\n" +
			"DIR/log.jsonl has a line a step, DIR/eval.jsonl a line a validation, DIR/checkpoints/step-0000N\n" +
			"is a directory in Hugging Face format with the trainer's state beside the model. Ctrl-C finishes\n" +
			"the current step and saves. The default text is the project's own, see data/README.md.\n\n" +
			"After scripts/setup --mpi, the processes that mpirun --bind-to none or srun --mpi=pmix starts, one\n" +
			"a host, share one run: see scripts/cluster/README.md.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.printConfig {
				settings, err := o.settings()
				if err != nil {
					return err
				}
				return printSettings(cmd.OutOrStdout(), settings)
			}
			o.startOnly = o.steps == 0 && cmd.Flags().Changed("steps")
			return onRanks(cmd.ErrOrStderr(), func(group *ranks.Group) error {
				settings, err := o.settings()
				if err == nil {
					err = o.check()
				}
				if err := group.Agree(err); err != nil {
					return err
				}
				return runPretrain(cmd.Context(), o, settings, group, cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.preset, "preset", "tiny", "settings to start from: "+strings.Join(pretrain.Presets(), ", "))
	f.IntVar(&o.stage, "stage", 1, "stage of the preset, 1 or 2")
	f.StringArrayVar(&o.data, "data", nil, "training text, a document a line: .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a `GLOB` and be given several times")
	f.StringVar(&o.corpus, "corpus", "", "training text tokenized by the subcommand corpus (`DIR`), in place of --data")
	f.StringArrayVar(&o.valid, "valid", nil, "validation text in the same formats (`GLOB`), or none; default: MIRACL's if scripts/fetch-data miracl has made it, else the project's own")
	f.StringVar(&o.output, "output", "", "folder of the run (`DIR`)")
	f.StringVar(&o.init, "init", "", "model to start from (`M`): a directory, a hub id, or the folder of a run for its last checkpoint, such as stage 1")
	f.StringArrayVar(&o.set, "set", nil, "`KEY=VALUE`, a setting other than the preset's; see --print-config")
	f.IntVar(&o.steps, "steps", 0, "stop after step `N`, on the learning-rate schedule of total_steps; 0 only saves the initial weights")
	f.StringVar(&o.dump, "dump-batches", "", "folder (`DIR`) to write each step's batch to")
	f.IntVar(&o.devices, "devices", 1, "`N` devices that share each micro-batch; a run may be resumed with another number. XLA's CPU plugin has four virtual ones")
	f.StringVar(&o.retrieval, "retrieval", "", "pairs (`F`) for zero-shot retrieval during validation, or MIRACL's own qrels.….tsv with its topics.….tsv beside it, or none; default: MIRACL's if scripts/fetch-data miracl has made them, else the project's own")
	f.StringArrayVar(&o.texts, "texts", nil, "passages (`F`) that the pairs of --retrieval name, or MIRACL's own docs-*.jsonl.gz; may be a glob and be given several times")
	f.StringVar(&o.cache, "cache", "", "folder (`DIR`) for tokenized texts (default .local/corpus)")
	f.BoolVar(&o.skipBadLines, "skip-bad-lines", false, "skip invalid lines and report their number")
	f.BoolVar(&o.printConfig, "print-config", false, "print the settings and exit; for stage 2, only what differs from stage 1")
	return cmd
}

// settings returns the preset's settings with the changes of --set.
func (o pretrainOptions) settings() (pretrain.Settings, error) {
	s, err := pretrain.Preset(o.preset, o.stage)
	if err != nil {
		if slices.Contains(pretrain.Presets(), o.preset) {
			return s, usagef("--stage: %w", err)
		}
		return s, usagef("--preset: %w%s", err, didYouMean(o.preset, pretrain.Presets()...))
	}
	for _, assignment := range o.set {
		if err := s.Set(assignment); err != nil {
			if unknown := (pretrain.UnknownKey{}); errors.As(err, &unknown) {
				return s, usagef("--set: %w%s", err, didYouMean(unknown.Key, pretrain.Keys()...))
			}
			return s, usagef("--set: %w", err)
		}
	}
	if err := s.Validate(); err != nil {
		return s, usagef("--set: %w", err)
	}
	return s, nil
}

// check refuses flags that contradict each other.
func (o pretrainOptions) check() error {
	switch {
	case o.output == "":
		return usagef("pretrain needs --output DIR, see --help")
	case o.corpus != "" && len(o.data) > 0:
		return usagef("--corpus and --data exclude each other: a corpus is tokenized text")
	case o.steps < 0:
		return usagef("--steps %d: at least 0 is needed", o.steps)
	case o.devices < 1:
		return usagef("--devices %d: at least 1 is needed", o.devices)
	case o.retrieval != "" && o.retrieval != none && len(o.valid) == 1 && o.valid[0] == none:
		return usagef("--retrieval is a part of validation, which --valid none switches off")
	}
	if err := checkFolder("--dump-batches", o.dump); err != nil {
		return err
	}
	return checkFolder("--output", o.output)
}

// printSettings prints the settings, those of stage 2 as what differs from stage
// 1, and as comments what follows from them.
func printSettings(stdout io.Writer, s pretrain.Settings) error {
	disk, err := s.DiskLine()
	if err != nil {
		return err
	}
	lines := s.Lines()
	if s.Stage == 2 {
		first, err := pretrain.Preset(s.Preset, 1)
		if err != nil {
			return err
		}
		lines = s.Diff(first)
	} else {
		recipe, err := s.Recipe()
		if err != nil {
			return err
		}
		lines = append(lines, "# the same in every run (with --init the model is M's):")
		for _, line := range recipe {
			lines = append(lines, "# "+line)
		}
	}
	lines = append(lines, "# "+disk)
	_, err = fmt.Fprintln(stdout, strings.Join(lines, "\n"))
	return err
}

func runPretrain(ctx context.Context, o pretrainOptions, settings pretrain.Settings, group *ranks.Group, stdout, stderr io.Writer) error {
	opt := pretrain.Options{
		Settings: settings, Output: o.output, Steps: o.steps, StartOnly: o.startOnly, Devices: o.devices, DumpBatches: o.dump, SkipBadLines: o.skipBadLines,
		Cache: o.cache, Data: o.data, Corpus: o.corpus, Valid: o.valid, Ranks: group,
	}
	if group.Rank() > 0 { // only rank 0 prints
		stdout, stderr = io.Discard, io.Discard
	}
	if err := group.Agree(o.complete(ctx, &opt, stderr)); err != nil {
		return err
	}
	reporter := newPretrainReporter(stderr)
	opt.Report, opt.Progress, opt.Evaluated = reporter.report, reporter.progress, reporter.evaluated
	summary, err := pretrain.Run(ctx, opt)
	reporter.end()
	var stopped *pretrain.Stopped
	if err != nil && !errors.As(err, &stopped) {
		return err
	}
	reporter.report(summary.String())
	if err == nil {
		_, err = fmt.Fprintln(stdout, summary.Checkpoint)
	}
	return err
}

// complete fetches the model to start from and fills in the project's own
// texts where none are given.
func (o pretrainOptions) complete(ctx context.Context, opt *pretrain.Options, stderr io.Writer) error {
	if len(o.valid) == 1 && o.valid[0] == none {
		opt.Valid = []string{}
	}
	if o.init != "" {
		dir, err := filesOf(ctx, o.init, true, stderr)
		if err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		opt.Init = dir
	}
	completed, err := opt.WithDefaults()
	if err != nil {
		return err
	}
	*opt = completed
	return o.retrieving(opt)
}
