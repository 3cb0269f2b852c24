package figure

import (
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// FillMaskTable tabulates Table 3: the sentences that the paper prints, the answers of
// its three models, and ours beside them.
func FillMaskTable(f *result.FillMask) (*Table, error) {
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("fill-mask-table: %w", err)
	}
	t := &Table{
		Name: "fill-mask-table", Caption: "Fill-mask test (Table 3): the best token of each model",
		Columns: left("Sentence", "bert-base-japanese-v3 (paper)", "modernbert-ja-130m (paper)", result.PaperModel+" (paper)"),
		Notes:   notes(f.Provenance),
	}
	shown := finals(f)
	for _, k := range shown {
		t.Columns = append(t.Columns, left(f.Models[k].Label())...)
	}
	for _, paper := range result.PaperTable3() {
		i := slices.IndexFunc(f.Sentences, func(g result.Gap) bool { return g.Number == paper.Number })
		if i < 0 {
			continue
		}
		g := f.Sentences[i]
		cells := row(window(g.Sentence, 24), paper.BERT, paper.ModernBERTJa, paper.LLMJP)
		for k := 1; k < len(cells); k++ {
			cells[k].Bold = slices.Contains(g.Expected, cells[k].Text)
		}
		t.Rows = append(t.Rows, append(cells, answers(g, shown)...))
	}
	if len(t.Rows) == 0 {
		return nil, NothingToDraw{"fill-mask-table", "none of the paper's sentences (13, 17, 20, 30, 33, 56) is in the result"}
	}
	t.Notes = append(t.Notes, "Bold: an expected answer.")
	return t, nil
}

// FillMaskAll tabulates every sentence with the best token of each model and its
// probability, and at the end how many expected answers each found. An
// expected answer that takes several tokens, which no model can give, stands
// with their number.
func FillMaskAll(f *result.FillMask) (*Table, error) {
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("fill-mask-all: %w", err)
	}
	t := &Table{
		Name: "fill-mask-all", Caption: "Fill-mask test: every sentence",
		Columns: append(right("#"), left("Sentence", "Expected")...), Notes: notes(f.Provenance),
	}
	shown, known := finals(f), 0
	for _, k := range shown {
		t.Columns = append(t.Columns, left(f.Models[k].Label())...)
	}
	for _, g := range f.Sentences {
		cells := row(fmt.Sprint(g.Number), window(g.Sentence, 24), expected(g))
		for i, c := range answers(g, shown) {
			c.Text += fmt.Sprintf(" (%.2f)", g.Answers[shown[i]][0].Score)
			cells = append(cells, c)
		}
		if len(g.Expected) > 0 {
			known++
		}
		t.Rows = append(t.Rows, cells)
	}
	sum := row("", "expected answers found", fmt.Sprint(known))
	for _, k := range shown {
		s := finding.AnswersOf(f, k)
		sum = append(sum, Cell{Text: fmt.Sprintf("%d of %d", s.Right, s.Possible)})
	}
	t.Rows = append(t.Rows, sum)
	t.Notes = append(t.Notes, "A gap is one token: an expected answer that takes several in a model's vocabulary is not counted against it.")
	return t, nil
}

// expected returns a sentence's expected answers, with their number of tokens
// where that is not one.
func expected(g result.Gap) string {
	text := strings.Join(g.Expected, ", ")
	if len(g.Tokens) == 0 || slices.Max(g.Tokens) == 1 {
		return text
	}
	low, high := slices.Min(g.Tokens), slices.Max(g.Tokens)
	if low == high {
		return fmt.Sprintf("%s (%d tokens)", text, low)
	}
	return fmt.Sprintf("%s (%d to %d tokens)", text, low, high)
}

// FillMaskTop tabulates the best guesses of each model for one sentence, down to a
// rank.
func FillMaskTop(f *result.FillMask, number, ranks int) (*Table, error) {
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("fill-mask-top: %w", err)
	}
	i := slices.IndexFunc(f.Sentences, func(g result.Gap) bool { return g.Number == number })
	if i < 0 {
		return nil, NothingToDraw{"fill-mask-top", fmt.Sprintf("sentence %d is not in the result", number)}
	}
	g := f.Sentences[i]
	t := &Table{Name: fmt.Sprintf("fill-mask-top-%d", number), Caption: window(g.Sentence, 40), Columns: right("Rank")}
	shown := finals(f)
	for _, k := range shown {
		t.Columns = append(t.Columns, Column{Head: f.Models[k].Label()}, Column{Head: "p", Right: true})
	}
	for rank := range ranks {
		cells, any := row(fmt.Sprint(rank+1)), false
		for _, k := range shown {
			guesses := g.Answers[k]
			if rank >= len(guesses) {
				cells = append(cells, Cell{}, Cell{})
				continue
			}
			any = true
			cells = append(cells, Cell{Text: guesses[rank].Token, Bold: slices.Contains(g.Expected, guesses[rank].Token)}, Cell{Text: fmt.Sprintf("%.3f", guesses[rank].Score)})
		}
		if any {
			t.Rows = append(t.Rows, cells)
		}
	}
	return t, nil
}

// answers returns the best guesses of these models.
func answers(g result.Gap, shown []int) []Cell {
	var out []Cell
	for _, k := range shown {
		right, _ := g.Right(k)
		out = append(out, Cell{Text: g.Answers[k][0].Token, Bold: right})
	}
	return out
}

// finals returns the models that get a column: baselines, and the last
// checkpoint of each stage.
func finals(f *result.FillMask) (shown []int) {
	for k, m := range f.Models {
		if m.Final(f.Models) {
			shown = append(shown, k)
		}
	}
	return shown
}

// window cuts a sentence to at most so many letters on both sides of its gap.
func window(sentence string, letters int) string {
	before, after, ok := strings.Cut(sentence, "{}")
	if !ok {
		return sentence
	}
	b, a := []rune(before), []rune(after)
	if len(b) > letters {
		b = append([]rune("…"), b[len(b)-letters:]...)
	}
	if len(a) > letters {
		a = append(a[:letters:letters], '…')
	}
	return string(b) + "{ }" + string(a)
}
