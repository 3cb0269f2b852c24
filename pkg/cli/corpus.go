package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/array"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

func init() { commands = append(commands, newCorpus) }

// corpusOptions are corpus's flags.
type corpusOptions struct {
	engineFlags
	data              []string
	output, tokenizer string
	skipBadLines      bool
	threads           int
	only              []int
}

func newCorpus() *cobra.Command {
	var o corpusOptions
	cmd := &cobra.Command{
		Use:   "corpus --data GLOB --output DIR",
		Short: "Tokenize texts into the shards that pretrain --corpus reads",
		Long: "Tokenizes texts, a document a line, into DIR and prints {\"documents\", \"tokens\", \"digest\"}. The digest\n" +
			"depends on the texts and the tokenizer alone. With --workers or --engine slurm each input file is a\n" +
			"task, so that many files are tokenized side by side. Finished shards are kept: the same command goes\n" +
			"on where it was stopped. All processes need the texts and DIR under the same paths.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(o.data) == 0 || o.output == "" {
				return usagef("corpus needs --data GLOB and --output DIR, see --help")
			}
			if err := o.check(); err != nil {
				return err
			}
			if err := checkFolder("--output", o.output); err != nil {
				return err
			}
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.data, "data", nil, "texts, a document a line: .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a `GLOB` and be given several times")
	f.StringVar(&o.output, "output", "", "folder of the corpus (`DIR`)")
	f.StringVar(&o.tokenizer, "tokenizer", "", "directory of a model or tokenizer, or a hub id (`M`); the project's own if not given")
	f.BoolVar(&o.skipBadLines, "skip-bad-lines", false, "leave out lines that cannot be used, and say how many")
	o.add(f)
	f.IntVar(&o.threads, "threads", 0, "threads of a process; 0: one a core")
	f.IntSliceVar(&o.only, "only", nil, "tokenize the files of these numbers and end: what workers and tasks of the job array call")
	_ = f.MarkHidden("threads")
	_ = f.MarkHidden("only")
	return cmd
}

func (o corpusOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	tok, err := o.open(ctx, stderr)
	if err != nil {
		return err
	}
	opt := corpus.Options{
		Patterns: o.data, Tokenizer: tok, Dir: o.output, SkipBadLines: o.skipBadLines, Workers: o.threads,
		Report: func(line string) { fmt.Fprintln(stderr, "corpus: "+line) },
	}
	if len(o.only) > 0 {
		return corpus.BuildInputs(ctx, opt, o.only...)
	}
	spoke := time.Now()
	opt.Progress = func(p corpus.Progress) {
		if time.Since(spoke) >= progressEvery {
			spoke = time.Now()
			fmt.Fprintf(stderr, "corpus: %.0f%%, %d documents, %.2g tokens/s\n",
				100*float64(p.Bytes)/float64(max(1, p.TotalBytes)), p.Documents, float64(p.Tokens)/p.Elapsed.Seconds())
		}
	}
	if !o.alone() {
		if err := o.engine().Check(ctx); err != nil {
			return err
		}
		opt.Elsewhere = func(ctx context.Context, inputs corpus.Inputs) error { return o.share(ctx, inputs, stderr) }
	}
	c, err := corpus.Build(ctx, opt)
	if err != nil {
		return err
	}
	defer c.Close()
	return json.NewEncoder(stdout).Encode(struct {
		Documents int    `json:"documents"`
		Tokens    int64  `json:"tokens"`
		Digest    string `json:"digest"`
	}{c.Len(), c.Tokens(), c.Digest()})
}

// open opens the tokenizer.
func (o *corpusOptions) open(ctx context.Context, stderr io.Writer) (text.Tokenizer, error) {
	dir, err := project.Path("data", "tokenizer")
	if o.tokenizer != "" {
		dir, err = filesOf(ctx, o.tokenizer, false, stderr)
	}
	if err != nil {
		return nil, fmt.Errorf("--tokenizer: %w", err)
	}
	return text.Open(dir)
}

// share has the engine tokenize the input files, a task each.
func (o corpusOptions) share(ctx context.Context, inputs corpus.Inputs, stderr io.Writer) error {
	command, err := o.worker()
	if err != nil {
		return err
	}
	return o.engine().Run(ctx, array.Job{
		Dir: o.output, Name: "corpus", Missing: inputs.Missing, Command: command,
		Describe: func(number int) string { return inputs.Files[number] },
		Weight:   func(number int) int { return int(inputs.Sizes[number]) },
		Say:      func(line string) { fmt.Fprintln(stderr, "corpus: "+line) },
	})
}

// worker returns the command line of a process that tokenizes some of the
// files; the engine appends their numbers. Workers of one machine share its
// cores.
func (o corpusOptions) worker() ([]string, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	output, err := filepath.Abs(o.output)
	if err != nil {
		return nil, err
	}
	args := []string{program, "corpus", "--output", output}
	for _, pattern := range o.data {
		args = append(args, "--data", pattern) // workers have this working directory, whose name may hold brackets
	}
	if o.tokenizer != "" {
		args = append(args, "--tokenizer", o.tokenizer)
	}
	if o.skipBadLines {
		args = append(args, "--skip-bad-lines")
	}
	if o.name == localEngine {
		args = append(args, "--threads", strconv.Itoa(max(1, runtime.GOMAXPROCS(0)/o.workers)))
	}
	return append(args, "--only"), nil
}
