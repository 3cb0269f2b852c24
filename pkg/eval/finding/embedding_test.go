package finding

import (
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
)

func contains(t *testing.T, findings []string, want ...string) {
	t.Helper()
	all := strings.Join(findings, "\n")
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Errorf("%q is not in:\n%s", w, all)
		}
	}
}

func step(n int) result.Checkpoint { return result.Checkpoint{Stage: 1, Step: n} }

func point(c result.Checkpoint, alignment, uniformity float64) result.EmbeddingScore {
	return result.EmbeddingScore{Checkpoint: c, Alignment: alignment, Uniformity: uniformity}
}

func TestAlignmentFindings(t *testing.T) {
	a := &result.AlignmentUniformity{
		Checkpoints: []result.EmbeddingScore{point(step(0), 0.5, -2.5), point(step(10), 0.1, -0.2), point(step(20), 0.2, -0.7)},
		Baselines:   []result.EmbeddingScore{point(result.Checkpoint{Name: "other"}, 0.3, -1)},
	}
	contains(t, Of(a), "uniformity went from -2.500 to -0.700 and alignment from 0.500 to 0.200", "most crowded at stage 1, 10 (uniformity -0.200)",
		"bert-base-japanese-v3 is nearest to the last checkpoint (0.14 away)", "other: uniformity -1.000")
	if all := strings.Join(Of(a), " "); strings.Contains(all, "Collapsed") || strings.Contains(all, "as the paper's do") {
		t.Errorf("%s", all)
	}
	// A run whose texts have all become one point does not do as the paper's, whatever the signs say.
	a.Checkpoints = append(a.Checkpoints, point(step(30), 0.001, -0.004))
	contains(t, Of(a), "Collapsed, nearly all texts in one point (uniformity above -0.1): stage 1, 30.")
	if got := Of(&result.AlignmentUniformity{}); got != nil {
		t.Errorf("nothing found %q", got)
	}
}

// spread returns n distances around a middle.
func spread(n int, middle float32) (out []float32) {
	for i := range n {
		out = append(out, middle+0.01*float32(i-n/2))
	}
	return out
}

func TestSimilarityFindings(t *testing.T) {
	s := &result.Similarity{Models: []result.PairDistances{
		{Checkpoint: step(0), Positive: spread(9, 0.5), Random: spread(9, 1)},
		{Checkpoint: step(10), Positive: spread(9, 0.1), Random: spread(9, 0.2)},
		{Checkpoint: step(20), Positive: spread(9, 0.1), Random: spread(9, 0.5)},
		{Checkpoint: result.Checkpoint{Name: "other"}, Positive: spread(9, 0.1), Random: spread(9, 0.1)},
	}}
	contains(t, Of(s), "positive pairs went from 0.500 to 0.100, of random pairs from 1.000 to 0.500",
		"closest at stage 1, 10 (median 0.200, 95 % interval 0.170 to 0.230) and end at 0.500 (0.470 to 0.530): they move to the right",
		"stage 1, 20 1.00 (1.00 to 1.00), other 0.50 (0.23 to 0.77)")
	s.Models[2].Random = spread(9, 0.21)
	contains(t, Of(s), "the intervals overlap, no move can be told")
	s.Models = s.Models[:2]
	contains(t, Of(s), "closest at stage 1, 10 (median 0.200, 95 % interval 0.170 to 0.230), the last checkpoint")
}

func TestRetrievalFindings(t *testing.T) {
	row := func(c result.Checkpoint, recall float64) result.RetrievalRow {
		return result.RetrievalRow{Checkpoint: c, Recall10: recall, MRR10: recall / 2}
	}
	r := &result.Retrieval{N: 100, Rows: []result.RetrievalRow{
		row(result.Checkpoint{Name: result.EditDistance}, 0.2), row(step(0), 0.05), row(step(10), 0.5), row(step(20), 0.21)}}
	contains(t, Of(r), "Best is stage 1, 10 with Recall@10 0.500 (95 % interval 0.404 to 0.596 over 100 queries)", "reaches 0.1000",
		"Of 3 checkpoints 1 are above edit distance (0.200) and 1 below it by more than chance explains", "(0.574 against 0.289)",
		"stage 1, 10 is best (0.500), more than chance explains above the last one (0.210)")
	r.Rows[3].Recall10 = 0.45
	contains(t, Of(r), "stage 1, 10 is best (0.500), not told apart from the last one (0.450) at 100 queries")
	r.Rows = r.Rows[:3]
	contains(t, Of(r), "stage 1, 10 is best (0.500), the last one.")
	r.Rows = r.Rows[:1]
	if got := Of(r); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
