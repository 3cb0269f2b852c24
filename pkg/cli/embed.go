package cli

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

func init() { commands = append(commands, newEmbed) }

func newEmbed() *cobra.Command {
	var o rowFlags
	var pooling string
	cmd := &cobra.Command{
		Use:   "embed --model M --input F --output E.safetensors",
		Short: "Write the embeddings of texts",
		Long: "Writes the float32 tensor \"embeddings\" [n, hidden]: the last hidden states of each text, averaged\n" +
			"over its attended tokens with the special ones (--pooling cls: of the first token), not normalised,\n" +
			"in the order of the input. Any model's body is read, with or without a head.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check("embed"); err != nil {
				return err
			}
			if err := checkEmbedding(pooling, o.maxLength); err != nil {
				return err
			}
			return embed(cmd.Context(), o, encoder.Pooling(pooling), cmd.ErrOrStderr())
		},
	}
	o.add(cmd, "file to write (`E.safetensors`)")
	cmd.Flags().StringVar(&pooling, "pooling", string(encoder.Mean), "`POOLING` of the hidden states: mean or cls")
	cmd.Flags().StringVar(&o.prompt, "prompt", "", "`TEXT` before each text, for a model trained with one (ruri-large-v2: \"クエリ: \" for queries, \"文章: \" for passages); lines with ids stay as they are")
	return cmd
}

func embed(ctx context.Context, o rowFlags, pooling encoder.Pooling, stderr io.Writer) error {
	e, err := o.load(ctx, model.Body, stderr)
	if err != nil {
		return err
	}
	defer e.Close()
	var cut atomic.Int64
	embeddings, n, err := e.EmbedStream(ctx, o.rows(ctx, e, &cut), pooling)
	if err != nil {
		return err
	}
	sayCut(stderr, int(cut.Load()))
	shape := []int{n, e.Arch.Dimensions().Hidden}
	if err := checkpoint.WriteFile(o.output, []checkpoint.Tensor{{Name: "embeddings", Shape: shape, Data: embeddings}}, nil); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%s: embeddings %v\n", o.output, shape)
	return nil
}
