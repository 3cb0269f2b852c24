package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/text"
)

func init() { commands = append(commands, newTokenizer) }

func newTokenizer() *cobra.Command {
	var from, output string
	cmd := &cobra.Command{
		Use:   "tokenizer --from FILE --output DIR",
		Short: "Make the encoder's tokenizer from llm-jp-tokenizer v3",
		Long: "Makes tokenizer.json and tokenizer_config.json of the encoder (section 2.1 of the paper)\n" +
			"from llm-jp-tokenizer v3: its SentencePiece model, or its tokenizer.json.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if from == "" || output == "" {
				return usagef("tokenizer needs --from FILE and --output DIR")
			}
			return convertTokenizer(from, output)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "SentencePiece model (.model) or tokenizer.json")
	cmd.Flags().StringVar(&output, "output", "", "directory to make")
	return cmd
}

func convertTokenizer(from, output string) error {
	if err := checkFolder("--output", output); err != nil {
		return err
	}
	if err := durable.CheckDir(output, false); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	data, err := input.File(from, input.TokenizerLimit)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	convert := text.FromSentencePiece
	if strings.HasSuffix(from, ".json") {
		convert = text.Modify
	}
	files, err := convert(data)
	if err != nil {
		return fmt.Errorf("--from %s: %w", from, err)
	}
	if _, err := text.New(files); err != nil {
		return fmt.Errorf("%s: the tokenizer made from it does not open: %w", from, err)
	}
	return durable.Dir(output, false, func(dir string) error {
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
				return err
			}
		}
		return nil
	})
}
