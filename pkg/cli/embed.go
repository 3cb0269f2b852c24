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
	var pool poolFlags
	cmd := &cobra.Command{
		Use:   "embed --model M --input F --output E.safetensors",
		Short: "Write the embeddings of texts",
		Long: "Writes the float32 tensor \"embeddings\" [n, hidden]: the last hidden states of each text, averaged\n" +
			"over its attended tokens with the special ones (--pooling cls: of the first token), not normalised,\n" +
			"in the order of the input. Any model's body is read, with or without a head.\n\n" + sentenceHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check("embed"); err != nil {
				return err
			}
			pool.maxLength = o.maxLength
			if err := pool.check(); err != nil {
				return err
			}
			return embed(cmd.Context(), o, pool, cmd.Flags().Changed("prompt"), cmd.ErrOrStderr())
		},
	}
	o.add(cmd, "file to write (`E.safetensors`)")
	pool.add(cmd)
	cmd.Flags().StringVar(&o.prompt, "prompt", "", "`TEXT` before each text, for a model trained with one (ruri-large-v2: \"クエリ: \" for queries, \"文章: \" for passages; the model's default_prompt_name if not given); lines with ids stay as they are")
	return cmd
}

// embed follows the model's modules; prompted tells whether --prompt was given.
func embed(ctx context.Context, o rowFlags, pool poolFlags, prompted bool, stderr io.Writer) error {
	dir, err := modelFiles(ctx, o.model, true, stderr)
	if err != nil {
		return err
	}
	form, err := pool.form(dir, stderr)
	if err != nil {
		return err
	}
	e, err := encoder.Load(ctx, dir, model.Body, o.options(stderr))
	if err != nil {
		return err
	}
	defer e.Close()
	if o.maxLength = form.MaxLength; !prompted {
		o.prompt = form.Text()
	}
	var cut atomic.Int64
	embeddings, n, err := e.EmbedStream(ctx, o.rows(ctx, e, &cut), encoder.Pooling(form.Pooling))
	if err != nil {
		return err
	}
	sayCut(stderr, int(cut.Load()))
	embeddings, width, err := form.Apply(embeddings, e.Arch.Dimensions().Hidden)
	if err != nil {
		return fmt.Errorf("%s: %w", o.model, err)
	}
	shape := []int{n, width}
	if err := checkpoint.WriteFile(o.output, []checkpoint.Tensor{{Name: "embeddings", Shape: shape, Data: embeddings}}, nil); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%s: embeddings %v\n", o.output, shape)
	return nil
}
