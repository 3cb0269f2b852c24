package sentence

import (
	"context"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/metric"
)

// Hit is a passage that was found.
type Hit struct {
	Passage int // its index
	Cosine  float64
}

// Search gives the k passages whose embeddings have the greatest cosine with
// the query's, the nearest first.
func Search(ctx context.Context, e *encoder.Encoder, query string, passages []string, k int, o Options) ([]Hit, error) {
	n := len(passages)
	vectors, _, err := Embed(ctx, e, append(o.Prompts.Passages(passages), o.Prompts.Queries([]string{query})...), o)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	vectors.Slice(n, n+1).Cosines(vectors.Slice(0, n), func(_ int, cosines []float64) {
		for _, i := range metric.Top(cosines, k) {
			hits = append(hits, Hit{i, cosines[i]})
		}
	})
	return hits, nil
}
