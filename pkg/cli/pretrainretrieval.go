package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/corpus/miracl"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
	"llmjp.internal/modernbert/pkg/eval/sentence"
	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/provenance"
)

// retrieving sets up zero-shot retrieval during validation.
func (o pretrainOptions) retrieving(opt *pretrain.Options) error {
	pairs, texts := o.retrieval, o.texts
	if pairs == none || len(opt.Valid) == 0 {
		return nil
	}
	if pairs == "" {
		if _, err := project.Root(); err != nil {
			return nil // outside the project there are no default pairs
		}
		source, err := retrieval.Default()
		if err != nil {
			return err
		}
		pairs, texts = source.Pairs, source.Texts
		opt.Notes = append(opt.Notes, source.Notes...)
	}
	task, err := retrievalTask(pairs, texts)
	if err != nil {
		return fmt.Errorf("--retrieval: %w", err)
	}
	if n := opt.Settings.RetrievalPairs; n > 0 && n < task.Len() {
		task.Queries, task.Passages = task.Queries[:n], task.Passages[:n]
	}
	maxLength := opt.Settings.MaxLength
	opt.Retrieve = func(ctx context.Context, e *encoder.Encoder) (float64, float64, error) {
		scores, _, err := task.Model(ctx, e, sentence.Options{MaxLength: maxLength})
		return scores.Recall10, scores.MRR10, err
	}
	inputs, err := provenance.Inputs(pairs)
	opt.Inputs = append(opt.Inputs, inputs...)
	return err
}

// retrievalTask reads pairs in the project's form, or MIRACL as it was
// published: relevance judgements, the topics in a file of the same name with
// "topics" for "qrels", and the passages.
func retrievalTask(pairs string, texts []string) (*retrieval.Task, error) {
	if filepath.Ext(pairs) != ".tsv" {
		return retrieval.Open(pairs, texts...)
	}
	folder, name := filepath.Split(pairs)
	topics, err := miracl.Topics(filepath.Join(folder, strings.Replace(name, "qrels", "topics", 1)), pairs)
	if err != nil {
		return nil, err
	}
	list := miracl.Pairs(topics)
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no topic has two positive passages", pairs)
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("%s: --texts has to name MIRACL's passages, docs-*.jsonl.gz", pairs)
	}
	passages, err := miracl.Passages(list, nil, texts...)
	if err != nil {
		return nil, err
	}
	byID := map[string]string{}
	for _, p := range passages {
		byID[p.ID] = p.Text
	}
	t := &retrieval.Task{}
	for _, p := range list {
		t.Queries, t.Passages = append(t.Queries, byID[p.Query]), append(t.Passages, byID[p.Positive])
	}
	return t, nil
}
