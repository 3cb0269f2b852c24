package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
)

func init() { commands = append(commands, newRetrieve) }

// What retrieve's --model takes besides a model.
const (
	editModel    = "edit"
	jaccardModel = "jaccard"
)

// retrieveOptions are retrieve's flags.
type retrieveOptions struct {
	model, pairs, output string
	texts                []string
	unit                 string
	byLength             bool
	sentenceFlags
	runFlags
}

func newRetrieve() *cobra.Command {
	var o retrieveOptions
	cmd := &cobra.Command{
		Use:   "retrieve --model M|edit|jaccard --pairs F --texts F",
		Short: "Find each passage's partner among all: Recall@10 and MRR@10 (Table 4)",
		Long: "Queries are the query passages of the pairs, the corpus is their positive passages, both in file\n" +
			"order with duplicates kept. Corpus entry i is the only right answer to query i; of equal scores\n" +
			"the lower index ranks first. Prints {\"recall@10\", \"mrr@10\", \"n\", \"ranks\"}.\n\n" +
			"Scores: the cosine of a model's sentence embeddings, or their dot product if the model says so;\n" +
			"edit: minus the Levenshtein distance in code points; jaccard: the Jaccard index of the sets of\n" +
			"words between white space (--unit char: of code points).\n" +
			"A model in a folder named edit or jaccard is ./edit or ./jaccard.\n\n" + sentenceHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return asWorker(retrieve(cmd, o))
		},
	}
	cmd.Flags().StringVar(&o.model, "model", "", "directory of a model, its id on the hub, the folder of a pretraining run for its last checkpoint, edit or jaccard (`M`)")
	cmd.Flags().StringVar(&o.pairs, "pairs", "", "pairs: JSON lines {\"query\": R, \"positive\": R} (`F`)")
	cmd.Flags().StringArrayVar(&o.texts, "texts", nil, "the passages that the pairs name (`F`): JSON lines {\"id\", \"text\"} or {\"id\", \"paragraphs\"}; may be a glob and be given several times; without it the pairs contain the texts")
	cmd.Flags().StringVar(&o.output, "output", "", "write {\"index\", \"rank\"}, a line a query, into `R.jsonl`")
	cmd.Flags().StringVar(&o.unit, "unit", string(retrieval.Words), "`UNIT` of jaccard's sets: word or char")
	cmd.Flags().BoolVar(&o.byLength, "by-length", false, "divide each of edit's distances by the length of the longer text")
	o.sentenceFlags.add(cmd)
	o.runFlags.add(cmd)
	return cmd
}

func (o retrieveOptions) check() error {
	if o.model == "" && o.run == "" || o.pairs == "" {
		return usagef("retrieve needs --model M and --pairs F, see --help")
	}
	if _, err := retrieval.ParseUnit(o.unit); err != nil {
		return usagef("--%w", err)
	}
	if o.byLength && o.model != editModel {
		return usagef("--by-length divides the distances of --model %s", editModel)
	}
	if o.output != "" {
		if err := checkOutput(o.output); err != nil {
			return err
		}
	}
	if err := o.runFlags.check(o.model); err != nil {
		return err
	}
	return o.sentenceFlags.check()
}

func retrieve(cmd *cobra.Command, o retrieveOptions) error {
	ctx, stdout, stderr := cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	task, err := retrieval.Open(o.pairs, o.texts...)
	if err != nil {
		return err
	}
	if len(o.texts) == 0 {
		fmt.Fprintln(stderr, "retrieve: no --texts: the pairs' strings are used as texts")
	}
	if o.run != "" {
		return o.everyModel(cmd, task)
	}
	scores, err := scoresOf(ctx, o, task, stderr)
	if err != nil {
		return err
	}
	if o.output != "" {
		if err := writeRanks(o.output, scores.Ranks); err != nil {
			return err
		}
	}
	return json.NewEncoder(stdout).Encode(scores)
}

// everyModel retrieves with every checkpoint of a run and prints a line each.
func (o retrieveOptions) everyModel(cmd *cobra.Command, task *retrieval.Task) error {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	list, err := o.list(ctx, stderr)
	if err != nil {
		return err
	}
	all, err := everyCheckpoint(ctx, cmd, o.runFlags, list, func(m models.Model) (retrieval.Scores, error) {
		if err := m.Verify(); err != nil {
			return retrieval.Scores{}, err
		}
		one := o
		one.model = m.Ref
		return scoresOf(ctx, one, task, stderr)
	})
	if err != nil {
		return err
	}
	if o.output != "" {
		err := durable.File(o.output, func(w io.Writer) error {
			for i, m := range list {
				for query, rank := range all[i].Ranks {
					if _, err := fmt.Fprintf(w, "{\"model\": %q, \"index\": %d, \"rank\": %d}\n", m.Label(), query, rank); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return everyLine(cmd.OutOrStdout(), list, all)
}

func scoresOf(ctx context.Context, o retrieveOptions, task *retrieval.Task, stderr io.Writer) (retrieval.Scores, error) {
	switch o.model {
	case editModel:
		if o.byLength {
			return task.EditShare(ctx, progress(stderr, "queries"))
		}
		return task.Edit(ctx, progress(stderr, "queries"))
	case jaccardModel:
		return task.Jaccard(ctx, retrieval.Unit(o.unit))
	}
	e, _, options, err := o.load(ctx, o.model, stderr)
	if err != nil {
		return retrieval.Scores{}, err
	}
	defer e.Close()
	scores, cut, err := task.Model(ctx, e, options)
	if err != nil {
		return retrieval.Scores{}, fmt.Errorf("%s: %w", o.model, err)
	}
	sayCut(stderr, cut)
	return scores, nil
}

func writeRanks(path string, ranks []int) error {
	return durable.File(path, func(w io.Writer) error {
		for i, rank := range ranks {
			if _, err := fmt.Fprintf(w, "{\"index\": %d, \"rank\": %d}\n", i, rank); err != nil {
				return err
			}
		}
		return nil
	})
}
