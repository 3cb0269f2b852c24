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
	"llmjp.internal/modernbert/pkg/eval/similarity"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

func init() { commands = append(commands, newSimilarity) }

// similarityOptions are similarity's flags.
type similarityOptions struct {
	model, pairs, output string
	texts, randomTexts   []string
	random               int
	seed                 uint64
	uniformity           string
	sentenceFlags
	runFlags
}

// similarityReport is what similarity prints, with cosines. In --output
// Positive and Random are squared distances.
type similarityReport struct {
	Alignment   float64     `json:"alignment"`
	Uniformity  float64     `json:"uniformity"`
	IsoScore    *float64    `json:"isoscore,omitempty"`
	Pairs       int         `json:"n_pairs"`
	Texts       int         `json:"n_texts"`
	Quantity    string      `json:"quantity"` // of Positive and Random
	Positive    []float64   `json:"positive"`
	Random      []float64   `json:"random"`
	RandomPairs [][2]string `json:"random_pairs"`
}

func newSimilarity() *cobra.Command {
	var o similarityOptions
	cmd := &cobra.Command{
		Use:   "similarity --model M --pairs F --texts F",
		Short: "Alignment and uniformity, and how similar positive and random pairs are (Figures 3 and 4)",
		Long: "Prints {\"alignment\", \"uniformity\", \"positive\", \"random\", \"random_pairs\", …}: the cosines of the\n" +
			"positive pairs in file order, and of --random pairs of two different passages that --seed draws from\n" +
			"all of --texts. Alignment is the mean of |x-y|² over the pairs, with embeddings of length\n" +
			"one; uniformity the log of the mean of exp(-2|x-y|²) over all ordered pairs of two different entries\n" +
			"among the texts of the random pairs; isoscore how evenly those texts spread over the dimensions\n" +
			"around their mean, 1 evenly, 0 on a line (Rudman et al., 2022). --output has squared distances 2-2cos instead of cosines.\n\n" + sentenceHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return asWorker(runSimilarity(cmd, o))
		},
	}
	cmd.Flags().StringVar(&o.model, "model", "", "directory of a model, its id on the hub, or the folder of a pretraining run for its last checkpoint (`M`)")
	cmd.Flags().StringVar(&o.pairs, "pairs", "", "positive pairs: JSON lines {\"query\": R, \"positive\": R} (`F`)")
	cmd.Flags().StringArrayVar(&o.texts, "texts", nil, "passages: JSON lines {\"id\", \"text\"} or {\"id\", \"paragraphs\"}; may be a glob and be given several times (`F`)")
	cmd.Flags().StringVar(&o.output, "output", "", "write the same with squared distances into `R.json`")
	cmd.Flags().IntVar(&o.random, "random", similarity.PaperPairs, "draw `N` random pairs")
	cmd.Flags().StringArrayVar(&o.randomTexts, "random-texts", nil, "draw the random pairs from these texts instead (the paper: whole articles of Wikipedia): .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a glob and be given several times (`F`)")
	cmd.Flags().Uint64Var(&o.seed, "seed", similarity.PaperSeed, "`SEED` of the random pairs")
	cmd.Flags().StringVar(&o.uniformity, "uniformity", string(similarity.AllPairs), "`OVER` which pairs: all, or pairs for the random pairs only (the paper's wording)")
	o.sentenceFlags.add(cmd)
	o.runFlags.add(cmd)
	return cmd
}

func (o similarityOptions) check() error {
	if o.model == "" && o.run == "" || o.pairs == "" || len(o.texts) == 0 {
		return usagef("similarity needs --model M, --pairs F and --texts F, see --help")
	}
	if o.random < 1 {
		return usagef("--random %d: at least one random pair is needed", o.random)
	}
	if _, err := similarity.ParseUniformity(o.uniformity); err != nil {
		return usagef("--%w", err)
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

func runSimilarity(cmd *cobra.Command, o similarityOptions) error {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	task, err := similarity.Open(retrieval.Source{Pairs: o.pairs, Texts: o.texts, Random: o.randomTexts}, o.random, o.seed)
	if err != nil {
		return err
	}
	if o.run != "" {
		return o.everyModel(cmd, task)
	}
	scores, err := o.scores(ctx, o.model, task, stderr)
	if err != nil {
		return err
	}
	cosines, distances := reports(task, scores)
	if o.output != "" {
		err := durable.File(o.output, func(w io.Writer) error { return json.NewEncoder(w).Encode(distances) })
		if err != nil {
			return err
		}
	}
	return json.NewEncoder(cmd.OutOrStdout()).Encode(cosines)
}

// everyModel compares pairs with every checkpoint of a run, and prints and
// writes a line each.
func (o similarityOptions) everyModel(cmd *cobra.Command, task *similarity.Task) error {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	list, err := o.list(ctx, stderr)
	if err != nil {
		return err
	}
	all, err := everyCheckpoint(ctx, cmd, o.runFlags, list, func(m models.Model) (similarity.Scores, error) {
		if err := m.Verify(); err != nil {
			return similarity.Scores{}, err
		}
		return o.scores(ctx, m.Ref, task, stderr)
	})
	if err != nil {
		return err
	}
	cosines, distances := make([]similarityReport, len(list)), make([]similarityReport, len(list))
	for i, scores := range all {
		cosines[i], distances[i] = reports(task, scores)
	}
	if o.output != "" {
		err := durable.File(o.output, func(w io.Writer) error { return everyLine(w, list, distances) })
		if err != nil {
			return err
		}
	}
	return everyLine(cmd.OutOrStdout(), list, cosines)
}

// scores compares the task's pairs with a model.
func (o similarityOptions) scores(ctx context.Context, ref string, task *similarity.Task, stderr io.Writer) (similarity.Scores, error) {
	e, form, options, err := o.load(ctx, ref, stderr)
	if err != nil {
		return similarity.Scores{}, err
	}
	defer e.Close()
	if options.Dot && !form.Unit() {
		return similarity.Scores{}, fmt.Errorf("%s: %s says similarity_fn_name dot, of embeddings that have no unit length: alignment and uniformity are of unit vectors; --plain takes cosines of the hidden states' mean", ref, checkpoint.PromptsFile)
	}
	options.Dot = false
	scores, cut, err := task.Model(ctx, e, options, similarity.Uniformity(o.uniformity))
	if err != nil {
		return similarity.Scores{}, fmt.Errorf("%s: %w", ref, err)
	}
	sayCut(stderr, cut)
	return scores, nil
}

// reports returns what is printed, with cosines, and what is written into
// --output, with squared distances.
func reports(task *similarity.Task, s similarity.Scores) (cosines, distances similarityReport) {
	cosines = similarityReport{
		s.Alignment, s.Uniformity, s.IsoScore, len(task.Queries), 2 * len(task.Left),
		"cosine", s.Positive, s.Random, task.RandomPairs,
	}
	distances = cosines
	distances.Quantity, distances.Positive, distances.Random = "squared distance", s.PositiveDistances, s.RandomDistances
	return cosines, distances
}
