package figure

import (
	"fmt"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// FillMaskScores sums up the answers of every model, a row each, all
// checkpoints of a run included, below the paper's own models.
func FillMaskScores(f *result.FillMask) (*Table, error) {
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("fill-mask-scores: %w", err)
	}
	guesses := 0
	for _, a := range f.Sentences[0].Answers {
		guesses = max(guesses, len(a))
	}
	t := &Table{
		Name: "fill-mask-scores", Caption: "Fill-mask test: expected answers found",
		Columns: append(left("Model", "Source"), right("Table 3's sentences", "All: first", fmt.Sprintf("All: among the first %d", guesses), "Mean probability of the first")...),
		Notes:   append(notes(f.Provenance), "All: the sentences with an expected answer that is one token in the model's vocabulary."),
	}
	paper, of := finding.PaperAnswers(f)
	for k, name := range []string{"bert-base-japanese-v3", "modernbert-ja-130m", result.PaperModel} {
		if of > 0 {
			t.Rows = append(t.Rows, row(name, "paper", fmt.Sprintf("%d of %d", paper[k], of), nothing, nothing, nothing))
		}
	}
	for k, m := range f.Models {
		s, three := finding.AnswersOf(f, k), nothing
		if s.Table3Of > 0 {
			three = fmt.Sprintf("%d of %d", s.Table3, s.Table3Of)
		}
		t.Rows = append(t.Rows, row(m.Label(), "ours", three, fmt.Sprintf("%d of %d", s.Right, s.Possible), fmt.Sprintf("%d of %d", s.Among, s.Possible), fmt.Sprintf("%.2f", s.Sure)))
	}
	return t, nil
}

// FillMaskTokens tabulates in how many tokens the vocabulary of each final model
// writes the expected answers; a mask holds one.
func FillMaskTokens(f *result.FillMask) (*Table, error) {
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("fill-mask-tokens: %w", err)
	}
	shown := finals(f)
	t := &Table{Name: "fill-mask-tokens", Caption: "Tokens of the expected answers", Columns: append(right("#"), left("Expected")...)}
	for _, k := range shown {
		t.Columns = append(t.Columns, right(f.Models[k].Label())...)
	}
	for _, g := range f.Sentences {
		if len(g.Tokens) == 0 {
			continue
		}
		cells := row(fmt.Sprint(g.Number), strings.Join(g.Expected, ", "))
		for _, k := range shown {
			cells = append(cells, Cell{Text: fmt.Sprint(g.Tokens[k]), Bold: g.Tokens[k] > 1})
		}
		t.Rows = append(t.Rows, cells)
	}
	if len(t.Rows) == 0 {
		return nil, NothingToDraw{t.Name, "no sentence has an expected answer"}
	}
	return t, nil
}
