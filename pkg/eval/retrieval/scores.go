package retrieval

import "llmjp.internal/modernbert/pkg/eval/metric"

// K is the depth at which the paper measures.
const K = 10

// Scores are what a model or a measure reaches in a task.
type Scores struct {
	Recall10 float64 `json:"recall@10"` // share of the queries with their passage among the first 10
	MRR10    float64 `json:"mrr@10"`    // mean of 1/rank, 0 where the rank is above 10
	N        int     `json:"n"`         // queries, and passages ranked
	// Ranks are the place of each query's passage among all, from 1, the
	// lower index first among equal scores.
	Ranks []int `json:"ranks"`
}

// NewScores sums up ranks.
func NewScores(ranks []int) Scores {
	return Scores{metric.Recall(ranks, K), metric.MRR(ranks, K), len(ranks), ranks}
}
