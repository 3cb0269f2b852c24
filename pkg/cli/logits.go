package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

func init() { commands = append(commands, newLogits) }

func newLogits() *cobra.Command {
	var o rowFlags
	cmd := &cobra.Command{
		Use:   "logits --model M --input F --output E.safetensors",
		Short: "Write the scores of a model's head, before softmax",
		Long: "Writes float32 tensors 0/logits, 1/logits, …: [length, vocab] of a masked language model, [labels] of\n" +
			"a sequence classifier. Values at padded positions mean nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check("logits"); err != nil {
				return err
			}
			return logits(cmd.Context(), o, cmd.ErrOrStderr())
		},
	}
	o.add(cmd, "file to write (`E.safetensors`)")
	return cmd
}

func logits(ctx context.Context, o rowFlags, stderr io.Writer) error {
	dir, err := modelFiles(ctx, o.model, true, stderr)
	if err != nil {
		return err
	}
	e, err := encoder.LoadWhole(ctx, dir, o.options(stderr))
	if err != nil {
		return err
	}
	defer e.Close()
	if e.Head == model.Body {
		return fmt.Errorf("%s: the model has no head that gives scores, neither a masked-language-model head nor a classifier; hidden and embed read its body", o.model)
	}
	rows, err := o.allRows(ctx, e, stderr)
	if err != nil {
		return err
	}
	if e.Head == model.SequenceClassification {
		return writeClasses(ctx, e, rows, o.output)
	}
	return writeLogits(ctx, e, rows, o.output)
}

func logitsName(i int) string { return fmt.Sprintf("%d/logits", i) }

func writeLogits(ctx context.Context, e *encoder.Encoder, rows []encoder.Row, output string) error {
	vocab := e.Arch.Dimensions().Vocab
	shapes := map[string][]int{}
	for i, r := range rows {
		shapes[logitsName(i)] = []int{len(r.IDs), vocab}
	}
	return checkpoint.FillFile(output, shapes, nil, func(w *checkpoint.Filler) error {
		return e.Logits(ctx, rows, nil, func(i, k int, values []float32) error { return w.Put(logitsName(i), k*vocab, values) })
	})
}

func writeClasses(ctx context.Context, e *encoder.Encoder, rows []encoder.Row, output string) error {
	scores, err := e.Classify(ctx, rows)
	if err != nil {
		return err
	}
	labels := e.Arch.Dimensions().Labels
	tensors := make([]checkpoint.Tensor, len(rows))
	for i := range rows {
		tensors[i] = checkpoint.Tensor{Name: logitsName(i), Shape: []int{labels}, Data: scores[i*labels : (i+1)*labels]}
	}
	return checkpoint.WriteFile(output, tensors, nil)
}
