package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/corpus/miracl"
	"llmjp.internal/modernbert/pkg/hub"
)

func init() { commands = append(commands, newFetchData) }

func newFetchData() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fetch-data",
		Short: "Make data that is not in the repository from its published form",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("fetch-data needs the name of a data set: miracl")
		},
	}
	cmd.AddCommand(newFetchMIRACL())
	return cmd
}

// MIRACL's passages on the hub, in the revision that was published with the
// judgements in data/miracl-ja.
const (
	miraclPassages = "miracl/miracl-corpus@d921ec7e349ce0d28daf30b2da9da5ee698bef0d"
	miraclFile     = "miracl-corpus-v1.0-ja/docs-%d.jsonl.gz"
	miraclFiles    = 14
)

// miraclOptions are the flags of fetch-data miracl.
type miraclOptions struct {
	topics, judgements, output string
	passages                   []string
}

func newFetchMIRACL() *cobra.Command {
	var o miraclOptions
	cmd := &cobra.Command{
		Use:   "miracl",
		Short: "The paper's retrieval task from MIRACL-ja (Appendix B)",
		Long: "Of each topic with two positive passages or more the first is the query and the second the passage\n" +
			"to be found: 1,746 pairs of the training topics. Writes pairs.jsonl and texts.jsonl.gz for retrieve\n" +
			"and similarity. Without --passages MIRACL's own files are fetched from the hub (about 1 GB) and kept in\n" +
			"its cache.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fetchMIRACL(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringArrayVar(&o.passages, "passages", nil, "MIRACL's passages that are here already, docs-*.jsonl.gz; may be a glob and be given several times (`F`)")
	cmd.Flags().StringVar(&o.topics, "topics", "", "topics (`F`; data/miracl-ja/topics.miracl-v1.0-ja-train.tsv)")
	cmd.Flags().StringVar(&o.judgements, "qrels", "", "relevance judgements (`F`; data/miracl-ja/qrels.miracl-v1.0-ja-train.tsv)")
	cmd.Flags().StringVar(&o.output, "output", "", "folder of pairs.jsonl and texts.jsonl.gz (`DIR`; data/cache/miracl-ja)")
	return cmd
}

func fetchMIRACL(ctx context.Context, o miraclOptions, stdout, stderr io.Writer) error {
	for _, path := range []struct {
		flag *string
		own  []string
	}{
		{&o.topics, []string{"data", "miracl-ja", "topics.miracl-v1.0-ja-train.tsv"}},
		{&o.judgements, []string{"data", "miracl-ja", "qrels.miracl-v1.0-ja-train.tsv"}},
		{&o.output, []string{"data", "cache", "miracl-ja"}},
	} {
		var err error
		if *path.flag, err = orProject(*path.flag, path.own...); err != nil {
			return err
		}
	}
	if err := checkFolder("--output", o.output); err != nil {
		return err
	}
	topics, err := miracl.Topics(o.topics, o.judgements)
	if err != nil {
		return err
	}
	pairs := miracl.Pairs(topics)
	if len(pairs) == 0 {
		return fmt.Errorf("%s: no topic has two positive passages", o.judgements)
	}
	if len(o.passages) == 0 {
		if o.passages, err = fetchPassages(ctx, stderr); err != nil {
			return fmt.Errorf("%w; --passages takes files that are here already", err)
		}
	}
	spoke := time.Now()
	passages, err := miracl.Passages(pairs, func(lines, found, wanted int) {
		if time.Since(spoke) > progressEvery {
			fmt.Fprintf(stderr, "passages: %d of %d found in %d lines\n", found, wanted, lines)
			spoke = time.Now()
		}
	}, o.passages...)
	if err != nil {
		return err
	}
	if err := miracl.Write(o.output, pairs, passages); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%d topics, %d pairs (%d of one article), %d passages\n", len(topics), len(pairs), miracl.OneArticle(pairs), len(passages))
	fmt.Fprintln(stdout, filepath.Join(o.output, miracl.PairsFile))
	fmt.Fprintln(stdout, filepath.Join(o.output, miracl.TextsFile))
	return nil
}

func fetchPassages(ctx context.Context, stderr io.Writer) ([]string, error) {
	client, err := hub.FromEnvironment()
	if err != nil {
		return nil, err
	}
	client.Progress = downloads(stderr)
	names := make([]string, miraclFiles)
	for i := range names {
		names[i] = fmt.Sprintf(miraclFile, i)
	}
	return client.Dataset(ctx, miraclPassages, names...)
}
