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

func init() { commands = append(commands, newHidden) }

// What hidden's --layer takes.
const (
	allLayers = "all"
	lastLayer = "last"
)

func newHidden() *cobra.Command {
	var o rowFlags
	var layer string
	cmd := &cobra.Command{
		Use:   "hidden --model M --input F --output E.safetensors",
		Short: "Write the hidden states of texts, layer by layer",
		Long: "Writes float32 tensors [length, hidden]: 0/layer_00 (the embeddings of the first text), 0/layer_01, …\n" +
			"up to the last layer after the final norm, then 1/layer_00, … --layer last writes the last layer alone,\n" +
			"by the same name. Any model's body is read. Values at padded positions mean nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check("hidden"); err != nil {
				return err
			}
			if layer != allLayers && layer != lastLayer {
				return usagef("--layer %q is neither %s nor %s", layer, allLayers, lastLayer)
			}
			return hidden(cmd.Context(), o, layer == lastLayer, cmd.ErrOrStderr())
		},
	}
	o.add(cmd, "file to write (`E.safetensors`)")
	cmd.Flags().StringVar(&layer, "layer", allLayers, "`LAYER`: all or last")
	return cmd
}

func hidden(ctx context.Context, o rowFlags, last bool, stderr io.Writer) error {
	e, err := o.load(ctx, model.Body, stderr)
	if err != nil {
		return err
	}
	defer e.Close()
	rows, err := o.allRows(ctx, e, stderr)
	if err != nil {
		return err
	}
	d := e.Arch.Dimensions()
	first := 0
	if last {
		first = d.Layers
	}
	name := func(i, layer int) string { return fmt.Sprintf("%d/layer_%02d", i, layer) }
	shapes := map[string][]int{}
	for i, r := range rows {
		for layer := first; layer <= d.Layers; layer++ {
			shapes[name(i, layer)] = []int{len(r.IDs), d.Hidden}
		}
	}
	return checkpoint.FillFile(o.output, shapes, nil, func(w *checkpoint.Filler) error {
		if last {
			return e.LastHidden(ctx, rows, func(i int, values []float32) error { return w.Put(name(i, d.Layers), 0, values) })
		}
		return e.Hidden(ctx, rows, func(i int, layers [][]float32) error {
			for layer, values := range layers {
				if err := w.Put(name(i, layer), 0, values); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// allRows tokenizes the whole input and says what was cut.
func (o rowFlags) allRows(ctx context.Context, e *encoder.Encoder, stderr io.Writer) ([]encoder.Row, error) {
	var cut atomic.Int64
	var rows []encoder.Row
	for row, err := range o.rows(ctx, e, &cut) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	sayCut(stderr, int(cut.Load()))
	return rows, nil
}
