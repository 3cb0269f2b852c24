package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/text"
)

func init() { commands = append(commands, newExport) }

// ONNX is left to transformers' own exporter, which takes an exported
// directory as it is. Tried with transformers 5.23, torch 2.15, onnx 1.23,
// onnxscript 0.7 and onnxruntime 1.32 on a ModernBERT with both kinds of
// layers, two texts of different lengths and then three of another length:
//
//	from transformers import AutoModelForMaskedLM
//	from transformers.exporters import OnnxConfig, OnnxExporter
//
//	model = AutoModelForMaskedLM.from_pretrained(DIR).eval()
//	inputs = {"input_ids": ids, "attention_mask": mask}
//	OnnxExporter().export(model, inputs, OnnxConfig(dynamic=True)).save_pretrained(OUT)
//
// The logits of OUT/model.onnx differ from torch's by at most 1.4e-5 of their
// deviation. optimum-onnx 0.1 does not import beside transformers 5.

// The libraries that export writes for.
const (
	toTransformers         = "transformers"
	toSentenceTransformers = "sentence-transformers"
)

// exportOptions are export's flags.
type exportOptions struct {
	model, output, to, dtype, license string
	prompts                           promptFlags
}

func newExport() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export --model M --output DIR",
		Short: "Write a model as a directory that transformers or sentence-transformers loads",
		Long: "Writes a model as a directory that the named library loads as it is.\n\n" +
			"transformers: the model with its head, config.json, model.safetensors and the tokenizer.\n" +
			"sentence-transformers: the body alone and the tokenizer, with what the model's own modules.json has\n" +
			"behind it (pooling, Dense, Normalize, max_seq_length, similarity), else with the mean over all tokens;\n" +
			"its encode_query and encode_document use the prompts of the model's own\n" +
			"config_sentence_transformers.json, or those of the flags.\n\n" +
			"A model card in the hub's form, README.md, is written too: data, recipe and numbers of the run that\n" +
			"the checkpoint belongs to, and how to load it; a card that the model has already is kept. What is\n" +
			"written can be shared with the hub's own program: hf upload NAME DIR. For ONNX give the directory to\n" +
			"transformers.exporters.OnnxExporter.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.model == "" || o.output == "" {
				return usagef("export needs --model M and --output DIR, see --help")
			}
			if o.to != toTransformers && o.to != toSentenceTransformers {
				return usagef("--to %q is neither %s nor %s", o.to, toTransformers, toSentenceTransformers)
			}
			if o.to != toSentenceTransformers && o.prompts.Prompts != (sentence.Prompts{}) {
				return usagef("--query-prompt and --passage-prompt need --to %s: %s keeps no prompts", toSentenceTransformers, o.to)
			}
			if o.dtype != "" {
				if _, err := checkpoint.ParseDType(o.dtype); err != nil {
					return usagef("--%w", err)
				}
			}
			if o.license != "" && !licences.MatchString(o.license) {
				return usagef("--license %q is not an identifier of the hub, such as apache-2.0 or cc-by-sa-4.0", o.license)
			}
			if err := checkFolder("--output", o.output); err != nil {
				return err
			}
			return export(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.model, "model", "", "directory of a model, its id on the hub, or the folder of a pretraining run for its last checkpoint (`M`)")
	cmd.Flags().StringVar(&o.output, "output", "", "directory to make (`DIR`)")
	cmd.Flags().StringVar(&o.to, "to", toTransformers, "`LIBRARY`: transformers or sentence-transformers")
	cmd.Flags().StringVar(&o.dtype, "dtype", "", "`TYPE` of the weights: f32, bf16 or f16; as the model has them if not given")
	cmd.Flags().StringVar(&o.license, "license", "", "`ID` of the licence on the model card: apache-2.0, cc-by-sa-4.0, …")
	o.prompts.add(cmd)
	return cmd
}

func export(ctx context.Context, o exportOptions, stdout, stderr io.Writer) error {
	dir, err := modelFiles(ctx, o.model, true, stderr)
	if err != nil {
		return err
	}
	c, err := checkpoint.Open(dir)
	if err != nil {
		return err
	}
	tok, err := text.Open(dir)
	if err != nil {
		return err
	}
	if err := checkVocabulary(dir, tok); err != nil {
		return err
	}
	head, extra := c.Head, checkpoint.Extra{DType: c.DType, Files: tok.Files()}
	if o.dtype != "" {
		if extra.DType, err = checkpoint.ParseDType(o.dtype); err != nil {
			return err
		}
	}
	if o.to == toSentenceTransformers {
		head = model.Body
		form, err := checkpoint.ReadSentence(dir)
		if err != nil {
			return err
		}
		if o.prompts.Query != "" {
			form.ByName["query"] = o.prompts.Query
		}
		if o.prompts.Passage != "" {
			form.ByName["document"] = o.prompts.Passage
		}
		if err := checkpoint.AddSentenceTransformers(extra.Files, c.Arch, form); err != nil {
			return err
		}
	}
	written := *c
	written.Head = head
	if extra.Files[cardFile], err = modelCard(dir, &written, o); err != nil {
		return err
	}
	values, err := c.Load(head)
	if err != nil {
		return err
	}
	if err := checkpoint.Save(o.output, c.Arch, head, values, extra); err != nil {
		return err
	}
	fmt.Fprintln(stdout, o.output)
	return nil
}
