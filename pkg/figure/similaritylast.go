package figure

import (
	"slices"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// SimilarityCloser draws as bars how probably a positive pair is closer than a
// random one, a model a bar.
func SimilarityCloser(s *result.Similarity) (*Figure, error) {
	var names []string
	var closer []float64
	for _, m := range s.Models {
		names, closer = append(names, m.Label()), append(closer, metric.Closer(m.Positive, m.Random))
	}
	return Bars(Labels{Name: "similarity-closer", X: "Probability that a positive pair is closer than a random one"}, names, closer)
}

// SimilarityShares draws, for every cosine, the share of a model's random and
// of its positive pairs that are at least as similar.
func SimilarityShares(m result.PairDistances) (*Figure, error) {
	random, positive := shares(m.Random), shares(m.Positive)
	random.Name, positive.Name = "random pairs", "positive pairs"
	return Lines(Labels{Name: "similarity-shares", Title: m.Label(), X: "Cosine", Y: "Share of pairs at least as similar"}, random, positive)
}

func shares(distances []float32) (l Line) {
	for i, d := range slices.Sorted(slices.Values(distances)) {
		l.X, l.Y = append(l.X, 1-float64(d)/2), append(l.Y, float64(i+1)/float64(len(distances)))
	}
	return l
}
