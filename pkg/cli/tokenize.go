package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/text"
)

func init() { commands = append(commands, newTokenize) }

// tokenizeOptions are tokenize's flags.
type tokenizeOptions struct {
	model     string
	input     []string
	plain     bool
	maxLength int
}

func newTokenize() *cobra.Command {
	var o tokenizeOptions
	cmd := &cobra.Command{
		Use:   "tokenize --model M --input F",
		Short: "Print the token ids and pieces of texts",
		Long: "Prints a JSON line for each text: {\"ids\": […], \"tokens\": […]}, the vocabulary's pieces as\n" +
			"they stand. Needs the model's tokenizer and config.json only, not its weights.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.model == "" || len(o.input) == 0:
				return usagef("tokenize needs --model M and --input F, see --help")
			case o.maxLength < 0:
				return usagef("--max-length %d: a length is at least 1, 0 is no limit", o.maxLength)
			}
			return tokenize(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.model, "model", "", "directory of a model, its id on the hub, or the folder of a pretraining run for its last checkpoint (`M`)")
	cmd.Flags().StringArrayVar(&o.input, "input", nil, "texts: .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .txt; may be a glob and be given several times (`F`)")
	cmd.Flags().BoolVar(&o.plain, "no-special-tokens", false, "leave out the template's special tokens")
	cmd.Flags().IntVar(&o.maxLength, "max-length", 0, "truncate to `N` tokens, special ones included and kept; 0 is no limit")
	return cmd
}

func tokenize(ctx context.Context, o tokenizeOptions, stdout, stderr io.Writer) error {
	dir, err := modelFiles(ctx, o.model, false, stderr)
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
	if _, err := tok.Encode("", !o.plain, o.maxLength); err != nil {
		return usagef("--max-length: %w", err)
	}
	pieces := quotedPieces(tok)
	lines := text.Parallel(corpus.Texts(o.input...), func(t corpus.Text) ([]byte, error) {
		if t.Tokenized() {
			return nil, fmt.Errorf("%s: the line holds ids, tokenize needs a text", t.Where())
		}
		e, err := tok.Encode(t.Text, !o.plain, o.maxLength)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Where(), err)
		}
		return tokenLine(e.IDs, pieces), nil
	})

	out := bufio.NewWriterSize(stdout, 1<<16)
	count, spoke := 0, time.Now()
	for line, err := range lines {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return errors.Join(out.Flush(), err)
		}
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write the tokens: %w", err)
		}
		if count++; time.Since(spoke) > 10*time.Second {
			fmt.Fprintf(stderr, "tokenize: %d texts\n", count)
			spoke = time.Now()
		}
	}
	return out.Flush()
}

// tokenLine formats one line of output: {"ids": […], "tokens": […]}.
func tokenLine(ids []int32, pieces []string) []byte {
	line := make([]byte, 0, 32+24*len(ids))
	line = append(line, `{"ids": [`...)
	for i, id := range ids {
		if i > 0 {
			line = append(line, ", "...)
		}
		line = strconv.AppendInt(line, int64(id), 10)
	}
	line = append(line, `], "tokens": [`...)
	for i, id := range ids {
		if i > 0 {
			line = append(line, ", "...)
		}
		line = append(line, pieces[id]...)
	}
	return append(line, "]}\n"...)
}

// quotedPieces returns the vocabulary's pieces by id, as JSON strings.
func quotedPieces(tok text.Tokenizer) []string {
	pieces := make([]string, tok.VocabSize())
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	for id := range pieces {
		quoted.Reset()
		_ = encoder.Encode(tok.Token(int32(id))) // a string always encodes
		pieces[id] = strings.TrimSuffix(quoted.String(), "\n")
	}
	return pieces
}

// checkVocabulary compares a tokenizer with the vocab_size of the config.json
// beside it, if there is one: the model has no embedding for ids beyond it.
func checkVocabulary(dir string, tok text.Tokenizer) error {
	path := filepath.Join(dir, "config.json")
	data, err := input.InsideFile(dir, "config.json", input.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var config struct {
		Vocab *int `json:"vocab_size"`
	}
	if err := input.Decode(data, &config); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if config.Vocab != nil && tok.VocabSize() > *config.Vocab {
		return fmt.Errorf("%s: vocab_size is %d, but the tokenizer beside it has ids up to %d: they do not belong together", path, *config.Vocab, tok.VocabSize()-1)
	}
	return nil
}
