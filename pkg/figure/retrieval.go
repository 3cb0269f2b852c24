package figure

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/result"
)

// RetrievalRows tabulates scores without the paper's.
func RetrievalRows(caption string, rows []result.RetrievalRow) (*Table, error) {
	var words [][]string
	for _, r := range rows {
		words = append(words, []string{r.Label(), fmt.Sprintf("%.3f", r.Recall10), fmt.Sprintf("%.3f", r.MRR10)})
	}
	return Tabulate("retrieval-rows", caption, []string{"Model or measure", "Recall@10", "MRR@10"}, words...)
}

// RetrievalBars draws the Recall@10 of every row.
func RetrievalBars(r *result.Retrieval) (*Figure, error) {
	var names []string
	var recall []float64
	for _, row := range r.Rows {
		names, recall = append(names, row.Label()), append(recall, row.Recall10)
	}
	return Bars(Labels{Name: "retrieval-bars", X: fmt.Sprintf("Recall@10 (a random order: %.3f)", r.Chance())}, names, recall)
}

// Ranks draws how the ranks of the right passages are distributed.
func Ranks(title string, ranks []int) (*Figure, error) {
	values := make([]float64, len(ranks))
	for i, rank := range ranks {
		values[i] = float64(rank)
	}
	return Histogram(Labels{Name: "ranks", Title: title, X: "Rank of the right passage", Y: "Queries"}, values, 40)
}
