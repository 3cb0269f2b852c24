package figure

import (
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// UniformityTable tabulates the two readings of uniformity: over all pairs of
// the random pairs' texts (the authors' code, Figure 3), and over the random
// pairs alone (the paper's wording), whose distances Figure 4 keeps.
func UniformityTable(points *result.AlignmentUniformity, distances *result.Similarity) (*Table, error) {
	all := slices.Concat(points.Checkpoints, points.Baselines)
	var rows [][]string
	for _, m := range distances.Models {
		i := slices.IndexFunc(all, func(s result.EmbeddingScore) bool { return s.Label() == m.Label() })
		if i < 0 {
			return nil, NothingToDraw{"uniformity-table", m.Label() + " has distances and no uniformity"}
		}
		rows = append(rows, []string{m.Label(), fmt.Sprintf("%.3f", all[i].Uniformity), fmt.Sprintf("%.3f", metric.DistanceUniformity(m.Random))})
	}
	return Tabulate("uniformity-table", "Uniformity over", []string{"Model", "all pairs (code)", "random pairs (paper)"}, rows...)
}
