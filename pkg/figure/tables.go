package figure

import (
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// TrainingTable tabulates the numbers of Figure 1: where each stage began, was
// best at retrieval, and ended.
func TrainingTable(c *result.TrainingCurve) (*Table, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("training-table: %w", err)
	}
	t := &Table{
		Name: "training-table", Caption: "Validation while pretraining (Figure 1)",
		Columns: append(left("Stage", ""), right("Step", "Loss", "Accuracy", "Recall@10", "MRR@10")...),
		Notes:   notes(c.Provenance),
	}
	for _, s := range c.Stages {
		add := func(when string, e result.Evaluation) {
			t.Rows = append(t.Rows, row(fmt.Sprint(s.Stage), when, grouped(e.Step),
				fmt.Sprintf("%.3f", e.Loss), fmt.Sprintf("%.3f", e.Accuracy), optional(e.Recall10), optional(e.MRR10)))
		}
		add("start", s.First())
		one := &result.TrainingCurve{Stages: []result.Stage{s}}
		if _, best, ok := one.BestRetrieval(); ok {
			add("best retrieval", best)
		}
		add("end", s.Last())
		if u := s.Unigram; u != nil {
			t.Rows = append(t.Rows, row(fmt.Sprint(s.Stage), "unigram floor", "", fmt.Sprintf("%.3f", u.Loss), fmt.Sprintf("%.3f", u.Accuracy), "", ""))
		}
	}
	return t, nil
}

// optional writes a number that may be missing.
func optional(x *float64) string {
	if x == nil {
		return nothing
	}
	return fmt.Sprintf("%.3f", *x)
}

// RetrievalTable tabulates Table 4 with our rows below the paper's.
func RetrievalTable(r *result.Retrieval) (*Table, error) {
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("retrieval-table: %w", err)
	}
	t := &Table{
		Name:    "retrieval-table",
		Caption: "Zero-shot retrieval (Table 4)",
		Columns: append(left("Model", "Source"), right("Recall@10", "MRR@10")...),
		Notes: append([]string{fmt.Sprintf("Paper: MIRACL-ja, %s queries, chance %.4f. Ours: %s, %s queries, chance %.4f.",
			grouped(result.PaperRetrievalN), 10.0/result.PaperRetrievalN, r.Task, grouped(r.N), r.Chance())}, notes(r.Provenance)...),
	}
	add := func(source string, rows []result.RetrievalRow) {
		for _, x := range rows {
			t.Rows = append(t.Rows, row(x.Label(), source, fmt.Sprintf("%.3f", x.Recall10), fmt.Sprintf("%.3f", x.MRR10)))
		}
	}
	add("paper", result.PaperTable4())
	add("ours", r.Rows)
	return t, nil
}

// PerplexityTable tabulates the numbers of Figure 2, bin by bin.
func PerplexityTable(p *result.PseudoPerplexity) (*Table, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("pseudo-perplexity-table: %w", err)
	}
	t := &Table{
		Name: "pseudo-perplexity-table", Caption: "Pseudo-perplexity by length (Figure 2)",
		Columns: append(left("Model", "Tokens"), right("Documents", "Mean", "Median", "Quartiles", "Above 20")...),
		Notes:   append([]string{fmt.Sprintf("Pseudo-perplexity: exp of the mean loss at %d positions a document.", p.Positions)}, notes(p.Provenance)...),
	}
	short := false
	for _, m := range p.Models {
		for _, s := range finding.Bins(p, m) {
			tokens := grouped(s.Bin.Above+1) + "–" + grouped(s.Bin.To)
			short = short || s.N < p.Wanted
			if s.N == 0 {
				t.Rows = append(t.Rows, row(m.Label(), tokens, "0", nothing, nothing, nothing, nothing))
				continue
			}
			t.Rows = append(t.Rows, row(m.Label(), tokens, grouped(s.N), decimals(s.Mean), decimals(s.Median),
				decimals(s.Lower)+"–"+decimals(s.Upper), fmt.Sprintf("%.0f %%", 100*s.Above20)))
		}
	}
	for _, b := range result.PaperFigure2() {
		t.Rows = append(t.Rows, row(result.PaperModel+" (paper, by eye)", grouped(b.From+1)+"–"+grouped(b.To), nothing, nothing, nothing, fmt.Sprintf("%g–%g", b.Low, b.High), nothing))
	}
	t.Notes = append(t.Notes, "The paper prints no numbers: its row is where the dense cloud of its figure lies, in the column of the quartiles.")
	if short {
		t.Notes = append(t.Notes, fmt.Sprintf("%d documents a bin were asked for; a bin with fewer has all that the data hold.", p.Wanted))
	}
	return t, nil
}

// decimals writes a number with about four digits.
func decimals(x float64) string {
	switch {
	case x >= 1000:
		return grouped(int(x + 0.5))
	case x >= 100:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
}

// AlignmentTable tabulates the numbers of Figure 3.
func AlignmentTable(a *result.AlignmentUniformity) (*Table, error) {
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("alignment-table: %w", err)
	}
	t := &Table{
		Name:    "alignment-table",
		Caption: "Alignment and uniformity (Figure 3)",
		Columns: append(left("Model", "Source"), right("Alignment", "Uniformity")...),
		Notes: append([]string{fmt.Sprintf("Ours: %s positive pairs, %s random texts; the paper's values are read off its figure.", grouped(a.Pairs), grouped(a.Texts))},
			notes(a.Provenance)...),
	}
	isoscores := slices.ContainsFunc(slices.Concat(a.Checkpoints, a.Baselines), func(s result.EmbeddingScore) bool { return s.IsoScore != nil })
	if isoscores {
		t.Columns = append(t.Columns, right("IsoScore")...)
		t.Notes = append(t.Notes, "IsoScore (Rudman et al., 2022): how evenly the random texts spread around their mean, 1 over all dimensions, 0 along a line.")
	}
	add := func(source string, rows []result.EmbeddingScore) {
		for _, s := range rows {
			cells := row(s.Label(), source, fmt.Sprintf("%.3f", s.Alignment), minus(fmt.Sprintf("%.3f", s.Uniformity)))
			if isoscores {
				cells = append(cells, Cell{Text: optional(s.IsoScore)})
			}
			t.Rows = append(t.Rows, cells)
		}
	}
	add("paper", result.PaperFigure3())
	add("ours", a.Baselines)
	add("ours", a.Checkpoints)
	return t, nil
}
