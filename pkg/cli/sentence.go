package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// sentenceHelp explains sentence embeddings in the help of every command that
// makes them.
const sentenceHelp = "Embeddings follow the modules.json of a sentence-transformers model: pooling, Dense and Normalize,\n" +
	"max_seq_length, prompts and similarity. Flags override it, --plain ignores it. Texts keep the spaces at\n" +
	"their ends, as in sentence-transformers 6 (version 5, and the paper, strip them)."

// poolFlags choose how hidden states become a sentence's embedding.
type poolFlags struct {
	pooling   string
	plain     bool
	maxLength int
}

func (o *poolFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.pooling, "pooling", "", "`POOLING` of the hidden states: mean or cls (default: the model's, else mean)")
	cmd.Flags().BoolVar(&o.plain, "plain", false, "ignore modules.json and take the mean of the hidden states")
}

// check refuses values that the flags do not take.
func (o poolFlags) check() error {
	if o.pooling != "" {
		if _, err := encoder.ParsePooling(o.pooling); err != nil {
			return usagef("--%w", err)
		}
	}
	if o.maxLength < 0 {
		return usagef("--max-length %d: a length is at least 1, 0 is no limit", o.maxLength)
	}
	return nil
}

// form reads how a model makes embeddings; flags override it.
func (o poolFlags) form(dir string, stderr io.Writer) (*checkpoint.Sentence, error) {
	s := &checkpoint.Sentence{Pooling: string(encoder.Mean), Similarity: "cosine"}
	if !o.plain {
		var err error
		if s, err = checkpoint.ReadSentence(dir); err != nil {
			return nil, err
		}
	}
	if !s.Modular {
		s.Prompts = checkpoint.Prompts{}
	}
	if o.pooling != "" {
		s.Pooling = o.pooling
	}
	if o.maxLength > 0 {
		s.MaxLength = o.maxLength
	}
	if s.Modular {
		fmt.Fprintf(stderr, "modules.json: %s\n", describeSentence(s))
	}
	return s, nil
}

// describeSentence describes in a line how embeddings are made.
func describeSentence(s *checkpoint.Sentence) string {
	parts := []string{s.Pooling + " pooling"}
	for _, d := range s.Dense {
		if d == nil {
			parts = append(parts, "Normalize")
		} else {
			parts = append(parts, fmt.Sprintf("Dense %d to %d", d.In, d.Out))
		}
	}
	if s.MaxLength > 0 {
		parts = append(parts, fmt.Sprintf("at most %d tokens", s.MaxLength))
	}
	return strings.Join(append(parts, s.Similarity), ", ")
}

// sentenceFlags are the flags of commands that compare sentence embeddings.
type sentenceFlags struct {
	poolFlags
	batchSize int
	compute   string
	prompts   promptFlags
}

func (o *sentenceFlags) add(cmd *cobra.Command) {
	o.poolFlags.add(cmd)
	cmd.Flags().IntVar(&o.maxLength, "max-length", 0, "cut texts to `N` tokens, including the special ones, which are kept; 0 is the model's limit")
	addComputing(cmd, &o.batchSize, &o.compute)
	o.prompts.add(cmd)
}

// promptFlags are the prompts of the command line, and which of them were given.
type promptFlags struct {
	sentence.Prompts
	given func(flag string) bool
}

func (p *promptFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.Query, "query-prompt", "", "`TEXT` before each query, for a model trained with one (ruri-large-v2: \"クエリ: \"); the model's own if not given")
	cmd.Flags().StringVar(&p.Passage, "passage-prompt", "", "`TEXT` before each passage (ruri-large-v2: \"文章: \")")
	p.given = cmd.Flags().Changed
}

// over returns the model's prompts, overridden by those that were given.
func (p promptFlags) over(own checkpoint.Prompts) sentence.Prompts {
	out := sentence.Prompts{Query: own.ByName["query"], Passage: own.ByName["document"]}
	if p.given("query-prompt") {
		out.Query = p.Query
	}
	if p.given("passage-prompt") {
		out.Passage = p.Passage
	}
	return out
}

func (o sentenceFlags) check() error {
	if err := o.poolFlags.check(); err != nil {
		return err
	}
	return checkComputing(o.batchSize, o.compute)
}

// load loads a model without its head, and reads how it makes embeddings.
func (o sentenceFlags) load(ctx context.Context, ref string, stderr io.Writer) (*encoder.Encoder, *checkpoint.Sentence, sentence.Options, error) {
	fail := func(err error) (*encoder.Encoder, *checkpoint.Sentence, sentence.Options, error) {
		return nil, nil, sentence.Options{}, err
	}
	dir, err := modelFiles(ctx, ref, true, stderr)
	if err != nil {
		return fail(err)
	}
	s, err := o.form(dir, stderr)
	if err != nil {
		return fail(err)
	}
	e, err := encoder.Load(ctx, dir, model.Body, encoder.Options{Compute: o.compute, BatchRows: o.batchSize, Progress: progress(stderr, "texts")})
	if err != nil {
		return fail(err)
	}
	if _, err := textLimit(e, s.MaxLength); err != nil {
		e.Close()
		return fail(err)
	}
	return e, s, sentence.Options{
		Pooling: encoder.Pooling(s.Pooling), MaxLength: s.MaxLength, Prompts: o.prompts.over(s.Prompts),
		KeepSpaces: true, After: s.Apply, Dot: s.Similarity == "dot",
	}, nil
}

// sayCut reports texts that were longer than the model's limit.
func sayCut(stderr io.Writer, cut int) {
	if cut > 0 {
		fmt.Fprintf(stderr, "texts longer than the model takes or --max-length allows, whose ends are cut off: %d\n", cut)
	}
}
