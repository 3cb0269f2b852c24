package figure

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// SimilarityTable tabulates the numbers of Figure 4: modes of the densities that
// the figure draws, medians, and how probably a positive pair is closer than a
// random one.
func SimilarityTable(s *result.Similarity) (*Table, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("similarity-table: %w", err)
	}
	t := &Table{
		Name: "similarity-table", Caption: "Squared distances of pairs (Figure 4)",
		Columns: append(left("Model", "Source"), right("Mode, positive", "Mode, random", "Median, positive", "Median, random", "Positive is closer")...),
		Notes: append(notes(s.Provenance), "The paper prints no numbers: its modes are read off its figure by eye.",
			"Positive is closer: the probability that a positive pair lies closer than a random one; 0.5 tells nothing apart."),
	}
	t.Rows = append(t.Rows, row(result.PaperModel, "paper", fmt.Sprintf("%.2f", result.PaperFigure4Positive), fmt.Sprintf("%.2f", result.PaperFigure4Random), nothing, nothing, nothing))
	for _, m := range s.Models {
		positive, random := finding.Medians(m)
		t.Rows = append(t.Rows, row(m.Label(), "ours", mode(m.Positive), mode(m.Random),
			fmt.Sprintf("%.3f", positive), fmt.Sprintf("%.3f", random), fmt.Sprintf("%.3f", metric.Closer(m.Positive, m.Random))))
	}
	return t, nil
}

// mode writes the place at which the density of Figure 4 is greatest; nothing
// where all values are equal.
func mode(distances []float32) string {
	values := metric.Float64s(distances)
	_, edges := histogram(values, similarityBins)
	var top xy
	for _, q := range densityLine(values, edges) {
		if q.Y > top.Y {
			top = q
		}
	}
	if top.Y == 0 {
		return nothing
	}
	return fmt.Sprintf("%.3f", top.X)
}
