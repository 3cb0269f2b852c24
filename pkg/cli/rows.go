package cli

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/text"
)

// rowFlags are the flags of commands that run a model on texts or ids.
type rowFlags struct {
	model, output string
	input         []string
	maxLength     int
	batchSize     int
	prompt        string // before each text
	compute       string
}

func (o *rowFlags) add(cmd *cobra.Command, output string) {
	cmd.Flags().StringVar(&o.model, "model", "", "directory of a model, its id on the hub, or the folder of a pretraining run for its last checkpoint (`M`)")
	cmd.Flags().StringArrayVar(&o.input, "input", nil, "JSON lines with \"text\", or with \"ids\" and an optional \"attention_mask\"; .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a glob and be given several times (`F`)")
	cmd.Flags().StringVar(&o.output, "output", "", output)
	cmd.Flags().IntVar(&o.maxLength, "max-length", 0, "cut texts to `N` tokens, special ones included and kept; 0 is what the model takes")
	addComputing(cmd, &o.batchSize, &o.compute)
}

// addComputing adds the flags that choose how a model is run, never what it gives.
func addComputing(cmd *cobra.Command, batchSize *int, compute *string) {
	cmd.Flags().IntVar(batchSize, "batch-size", 0, "at most `N` texts a batch; 0 chooses by their lengths")
	cmd.Flags().StringVar(compute, "compute", "float32", "`TYPE` of matrix products: float32 or bfloat16; \",plain\" behind it computes by the plain definitions of pkg/model/nn instead of the fast ones")
}

// check refuses values of the flags.
func (o rowFlags) check(command string) error {
	switch {
	case o.model == "" || len(o.input) == 0 || o.output == "":
		return usagef("%s needs --model M, --input F and --output E, see --help", command)
	case o.maxLength < 0:
		return usagef("--max-length %d: a length is at least 1, 0 is no limit", o.maxLength)
	}
	if err := checkComputing(o.batchSize, o.compute); err != nil {
		return err
	}
	return checkOutput(o.output)
}

// checkOutput refuses a file that cannot be written, before anything is
// computed for it.
func checkOutput(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("--output %s is a directory, a file's name is needed", path)
	}
	folder := filepath.Dir(path)
	if err := checkFolder("--output", folder); err != nil {
		return err
	}
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("--output %s: there is no folder %s, make it first", path, folder)
	}
	return nil
}

// checkFolder refuses a folder of outputs that cannot be made because a file
// has its name, or that of a folder above it. An empty path passes.
func checkFolder(flag, path string) error {
	for dir := path; dir != ""; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s %s: %s is a file, a folder is needed", flag, path, dir)
		}
		if err == nil || dir == filepath.Dir(dir) {
			return nil
		}
	}
	return nil
}

func checkComputing(batchSize int, compute string) error {
	if batchSize < 0 {
		return usagef("--batch-size %d: a batch has at least 1 text, 0 chooses", batchSize)
	}
	if _, err := model.ParseCompute(compute); err != nil {
		return usagef("--%w", err)
	}
	return nil
}

// load reads the model with a head and puts it on the backend.
func (o rowFlags) load(ctx context.Context, head model.Head, stderr io.Writer) (*encoder.Encoder, error) {
	dir, err := modelFiles(ctx, o.model, true, stderr)
	if err != nil {
		return nil, err
	}
	return encoder.Load(ctx, dir, head, o.options(stderr))
}

func (o rowFlags) options(stderr io.Writer) encoder.Options {
	return encoder.Options{Compute: o.compute, BatchRows: o.batchSize, Progress: progress(stderr, "texts")}
}

// rows tokenizes the input for a model, on every core and in its order. Lines
// with ids are taken as they are. cut counts the texts that were cut.
func (o rowFlags) rows(ctx context.Context, e *encoder.Encoder, cut *atomic.Int64) iter.Seq2[encoder.Row, error] {
	limit := sync.OnceValues(func() (int, error) { return textLimit(e, o.maxLength) }) // ids need no tokenizer
	return text.Parallel(until(ctx, corpus.Texts(o.input...)), func(t corpus.Text) (encoder.Row, error) {
		row := encoder.Row{IDs: t.IDs, Attended: t.Length}
		if !t.Tokenized() {
			most, err := limit()
			if err != nil {
				return row, err
			}
			shortened := false
			if row, shortened, err = e.EncodeText(o.prompt+t.Text, most); err != nil {
				return row, fmt.Errorf("%s: %w", t.Where(), err)
			}
			if shortened {
				cut.Add(1)
			}
		}
		if err := e.Check(row); err != nil {
			return row, fmt.Errorf("%s: %w", t.Where(), err)
		}
		return row, nil
	})
}

// textLimit returns the length in tokens that texts are cut to. It is an error
// if the length leaves no room for the special tokens.
func textLimit(e *encoder.Encoder, maxLength int) (int, error) {
	limit, err := e.MaxLength(maxLength)
	if err != nil {
		return 0, err
	}
	if _, _, err := e.EncodeText("", limit); err != nil {
		if maxLength > 0 {
			return 0, usagef("--max-length: %w", err)
		}
		return 0, err
	}
	return limit, nil
}

// until ends a sequence when ctx ends.
func until[T any](ctx context.Context, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for x, err := range all {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}
