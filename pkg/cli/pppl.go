package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/pppl"
	"llmjp.internal/modernbert/pkg/result"
)

func init() { commands = append(commands, newPPPL) }

// ppplOptions are pppl's flags.
type ppplOptions struct {
	models, input        []string
	output, result, bins string
	batchSize            int
	pppl.Options
	runFlags
}

func newPPPL() *cobra.Command {
	var o ppplOptions
	cmd := &cobra.Command{
		Use:   "pppl --model M --input F --output R.jsonl",
		Short: "Measure the pseudo-perplexity of documents (Figure 2, Appendix A)",
		Long: "Writes a line a document: {\"id\", \"length\", \"positions\", \"losses\", \"pppl\"}. --seed draws the positions\n" +
			"with replacement from 1 … length-2 of the encoded text; each is masked in a copy of its own. pppl\n" +
			"is exp of the mean loss in nats, null for a text without a token. With several models, or all\n" +
			"checkpoints of --run DIR, lines also have the \"model\".\n\n" +
			"--per-bin N takes the first N documents of each length bin after --seed has shuffled the input, as\n" +
			"the paper did with 500. --result DIR writes DIR/pseudo-perplexity.json, from\n" +
			"which figures draws Figure 2 and the histogram of lengths.\n\n" +
			"Finished documents are kept in R.jsonl.partial: the same command continues after an interruption.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return asWorker(measure(cmd, o))
		},
	}
	addModels(cmd, &o.models)
	f := cmd.Flags()
	f.StringArrayVar(&o.input, "input", nil, "documents: JSON lines with \"id\" and \"text\"; .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a glob and be given several times (`F`)")
	f.StringVar(&o.output, "output", "", "file to write (`R.jsonl`)")
	f.IntVar(&o.Positions, "positions", pppl.PaperPositions, "draw `N` positions a document")
	f.Uint64Var(&o.Seed, "seed", pppl.PaperSeed, "`SEED` of the positions, and of the order with --per-bin")
	f.IntVar(&o.MaxLength, "max-length", pppl.PaperMaxLength, "cut texts to `N` tokens, including special ones, or to the model's limit if that is less")
	f.IntVar(&o.PerBin, "per-bin", 0, "take `N` documents in each bin; 0 takes the whole input")
	f.StringVar(&o.bins, "bins", "1024,2048,4096,8191", "the greatest `LENGTHS` of the bins")
	f.BoolVar(&o.Same, "same-documents", false, "with --per-bin: the same documents for all models, chosen by the first one's tokenizer")
	f.StringVar(&o.result, "result", "", "also write `DIR`/pseudo-perplexity.json, from which figures draws Figure 2")
	addComputing(cmd, &o.batchSize, &o.Encoder.Compute)
	o.runFlags.add(cmd)
	return cmd
}

func (o *ppplOptions) check() error {
	switch {
	case len(o.models) == 0 && o.run == "" || len(o.input) == 0 || o.output == "":
		return usagef("pppl needs --model M, --input F and --output R.jsonl, see --help")
	case o.Positions < 1:
		return usagef("--positions %d: at least 1 is needed", o.Positions)
	case o.MaxLength < 3:
		return usagef("--max-length %d: at least 3 tokens are needed, one between the special ones", o.MaxLength)
	case o.PerBin < 0:
		return usagef("--per-bin %d: a bin takes at least 1 document, 0 takes all", o.PerBin)
	case o.Same && o.PerBin == 0:
		return usagef("--same-documents needs --per-bin N: without it all models take all documents")
	}
	var err error
	if o.Bins, err = pppl.ParseBins(o.bins); err != nil {
		return usagef("--%w", err)
	}
	if err := checkComputing(o.batchSize, o.Encoder.Compute); err != nil {
		return err
	}
	if err := o.runFlags.check(o.models...); err != nil {
		return err
	}
	if err := checkFolder("--result", o.result); err != nil {
		return err
	}
	o.Encoder.BatchRows = o.batchSize
	return checkOutput(o.output)
}

func measure(cmd *cobra.Command, o ppplOptions) error {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	began := time.Now()
	list, err := o.list(ctx, stderr, o.models...)
	if err != nil {
		return err
	}
	o.Progress = progress(stderr, "masked copies")
	o.Report = func(line string) { fmt.Fprintln(stderr, "pppl: "+line) }
	journal := o.output + ".partial"
	if o.shared() {
		return o.measureShared(cmd, list, began)
	}
	all, finish, err := pppl.Measure(ctx, list, o.Options, journal, o.input...)
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: the same command goes on with what is kept in %s", journal)
	}
	if err != nil {
		return err
	}
	if err := o.write(ctx, all, began); err != nil {
		return err
	}
	return finish()
}

// measureShared measures every checkpoint of a run as a task of its own. A
// task keeps its finished documents beside its result.
func (o ppplOptions) measureShared(cmd *cobra.Command, list []models.Model, began time.Time) error {
	ctx := cmd.Context()
	all, err := everyCheckpoint(ctx, cmd, o.runFlags, list, func(m models.Model) (pppl.Scores, error) {
		journal := filepath.Join(o.parts, fmt.Sprintf("step-%06d.partial", m.Step))
		scores, finish, err := pppl.Measure(ctx, []models.Model{m}, o.Options, journal, o.input...)
		if err != nil {
			return pppl.Scores{}, err
		}
		return scores[0], finish()
	})
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Model = list[i]
	}
	return o.write(ctx, all, began)
}

// write writes the scores and, if --result asks for it, the result.
func (o ppplOptions) write(ctx context.Context, all []pppl.Scores, began time.Time) error {
	if o.result != "" {
		r, err := pppl.Result(ctx, all, o.Options, began, o.input...)
		if err != nil {
			return err
		}
		if err := result.Save(o.result, r); err != nil {
			return err
		}
	}
	return writeScores(o.output, all)
}

func writeScores(path string, all []pppl.Scores) error {
	return durable.File(path, func(w io.Writer) error {
		lines := json.NewEncoder(w)
		lines.SetEscapeHTML(false)
		for _, s := range all {
			for _, score := range s.Scores {
				if len(all) > 1 {
					score.Model = s.Model.Label()
				}
				if err := lines.Encode(score); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
