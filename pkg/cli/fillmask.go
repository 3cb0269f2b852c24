package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/fillmask"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/result"
)

func init() { commands = append(commands, newFillMask) }

// fillMaskOptions are fill-mask's flags.
type fillMaskOptions struct {
	models, input       []string
	topK, batchSize     int
	json, unbroken      bool
	placeholder, result string
	compute             string
	runFlags
}

func newFillMask() *cobra.Command {
	var o fillMaskOptions
	cmd := &cobra.Command{
		Use:   "fill-mask --model M TEXT… | --input F",
		Short: "Guess the token at the mask of a text (Table 3)",
		Long: "Ranks the whole vocabulary at each mask of a text: the model's mask token, or {} in its place.\n" +
			"A mask stands for one token. With several models, or all checkpoints of --run DIR,\n" +
			"their answers are shown side by side. An \"answer\" in a line of --input is shown as the expected\n" +
			"one, with its number of tokens.\n\n" +
			"--json prints a line each: {\"text\", \"masks\": [[{\"id\", \"token\", \"score\"}, …], …]}, the tokens as they\n" +
			"stand in the vocabulary, their softmax probabilities; with several models also \"model\".",
		RunE: func(cmd *cobra.Command, texts []string) error {
			if err := o.check(texts); err != nil {
				return err
			}
			return asWorker(fillMask(cmd, o, texts))
		},
	}
	addModels(cmd, &o.models)
	cmd.Flags().StringArrayVar(&o.input, "input", nil, "texts: .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a glob and be given several times (`F`)")
	cmd.Flags().IntVar(&o.topK, "top-k", 5, "the `K` best guesses for each mask")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON lines instead of a table")
	cmd.Flags().StringVar(&o.placeholder, "placeholder", fillmask.Placeholder, "`TEXT` that stands for the mask")
	cmd.Flags().BoolVar(&o.unbroken, "unbroken", false, "mask as in pretraining: the text around a mask is tokenized as one (the authors tokenize its parts)")
	cmd.Flags().StringVar(&o.result, "result", "", "also write `DIR`/fill-mask.json, from which figures draws Table 3")
	addComputing(cmd, &o.batchSize, &o.compute)
	o.runFlags.add(cmd)
	return cmd
}

// addModels adds --model for commands that compare several.
func addModels(cmd *cobra.Command, refs *[]string) {
	cmd.Flags().StringArrayVar(refs, "model", nil, "directory of a model, its id on the hub, or the folder of a pretraining run for its last checkpoint; may be given several times (`M`)")
}

func (o fillMaskOptions) check(texts []string) error {
	switch {
	case len(o.models) == 0 && o.run == "":
		return usagef("fill-mask needs --model M, see --help")
	case len(texts) == 0 && len(o.input) == 0:
		return usagef("fill-mask needs a TEXT or --input F, see --help")
	case len(texts) > 0 && len(o.input) > 0:
		return usagef("fill-mask takes texts or --input F, not both")
	case o.topK < 1:
		return usagef("--top-k %d: at least 1 guess is needed", o.topK)
	}
	if err := o.runFlags.check(o.models...); err != nil {
		return err
	}
	if err := checkFolder("--result", o.result); err != nil {
		return err
	}
	return checkComputing(o.batchSize, o.compute)
}

func fillMask(cmd *cobra.Command, o fillMaskOptions, texts []string) error {
	ctx, stdout, stderr := cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	began := time.Now()
	sentences := fillmask.Sentences(texts...)
	if len(o.input) > 0 {
		var err error
		if sentences, err = fillmask.Read(o.input...); err != nil {
			return err
		}
	}
	list, err := o.list(ctx, stderr, o.models...)
	if err != nil {
		return err
	}
	options := fillmask.Options{
		TopK: o.topK, Placeholder: o.placeholder, Unbroken: o.unbroken,
		Encoder: encoder.Options{Compute: o.compute, BatchRows: o.batchSize, Progress: progress(stderr, "texts")},
	}
	var all []fillmask.Answers
	if o.shared() {
		all, err = everyCheckpoint(ctx, cmd, o.runFlags, list, func(m models.Model) (fillmask.Answers, error) {
			answers, err := fillmask.Ask(ctx, []models.Model{m}, sentences, options)
			if err != nil {
				return fillmask.Answers{}, err
			}
			return answers[0], nil
		})
		for i := range all {
			all[i].Model = list[i]
		}
	} else {
		all, err = fillmask.Ask(ctx, list, sentences, options)
	}
	if err != nil {
		return err
	}
	if o.result != "" {
		r, err := fillmask.Result(ctx, sentences, all, began, o.input...)
		if err != nil {
			return err
		}
		if err := result.Save(o.result, r); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(stdout)
	write := writeGuesses
	if o.json {
		write = writeGuessLines
	}
	if err := write(out, sentences, all); err != nil {
		return err
	}
	return out.Flush()
}

// writeGuessLines writes a JSON line for each text and model.
func writeGuessLines(w io.Writer, sentences []fillmask.Sentence, all []fillmask.Answers) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for i, s := range sentences {
		for _, a := range all {
			line := struct {
				Model string             `json:"model,omitempty"`
				Text  string             `json:"text"`
				Masks [][]fillmask.Guess `json:"masks"`
			}{Text: s.Text, Masks: a.Masks[i]}
			if len(all) > 1 {
				line.Model = a.Model.Label()
			}
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}
