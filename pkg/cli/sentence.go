package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
)

// sentenceFlags are the flags of commands that compare sentence embeddings.
type sentenceFlags struct {
	pooling   string
	maxLength int
	batchSize int
	compute   string
	prompts   sentence.Prompts
}

func (o *sentenceFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.pooling, "pooling", string(encoder.Mean), "`POOLING` of the hidden states: mean or cls")
	cmd.Flags().IntVar(&o.maxLength, "max-length", 0, "cut texts to `N` tokens, special ones included and kept; 0 is what the model takes")
	addComputing(cmd, &o.batchSize, &o.compute)
	addPrompts(cmd, &o.prompts)
}

// addPrompts adds the flags of a model's prompts.
func addPrompts(cmd *cobra.Command, p *sentence.Prompts) {
	cmd.Flags().StringVar(&p.Query, "query-prompt", "", "`TEXT` before each query, for a model trained with one (ruri-large-v2: \"クエリ: \")")
	cmd.Flags().StringVar(&p.Passage, "passage-prompt", "", "`TEXT` before each passage (ruri-large-v2: \"文章: \")")
}

func (o sentenceFlags) check() error {
	if err := checkEmbedding(o.pooling, o.maxLength); err != nil {
		return err
	}
	return checkComputing(o.batchSize, o.compute)
}

// checkEmbedding refuses values of --pooling and --max-length.
func checkEmbedding(pooling string, maxLength int) error {
	if _, err := encoder.ParsePooling(pooling); err != nil {
		return usagef("--pooling: %w", err)
	}
	if maxLength < 0 {
		return usagef("--max-length %d: a length is at least 1, 0 is no limit", maxLength)
	}
	return nil
}

// load reads a model without its head and says how it makes embeddings.
func (o sentenceFlags) load(ctx context.Context, ref string, stderr io.Writer) (*encoder.Encoder, sentence.Options, error) {
	options := sentence.Options{Pooling: encoder.Pooling(o.pooling), MaxLength: o.maxLength, Prompts: o.prompts}
	dir, err := modelFiles(ctx, ref, true, stderr)
	if err != nil {
		return nil, options, err
	}
	e, err := encoder.Load(ctx, dir, model.Body, encoder.Options{Compute: o.compute, BatchRows: o.batchSize, Progress: progress(stderr, "texts")})
	if err != nil {
		return nil, options, err
	}
	if _, err := textLimit(e, o.maxLength); err != nil {
		e.Close()
		return nil, options, err
	}
	return e, options, nil
}

// sayCut says that texts were longer than the model.
func sayCut(stderr io.Writer, cut int) {
	if cut > 0 {
		fmt.Fprintf(stderr, "texts longer than the model takes or --max-length allows, whose ends are cut off: %d\n", cut)
	}
}
