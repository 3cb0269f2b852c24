package result

import (
	"math"
	"strings"
	"testing"
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

func step(n int) Checkpoint { return Checkpoint{Stage: 1, Step: n} }

func TestAlignmentFindings(t *testing.T) {
	a := &AlignmentUniformity{
		Checkpoints: []EmbeddingScore{{step(0), 0.5, -2.5}, {step(10), 0.1, -0.2}, {step(20), 0.2, -0.7}},
		Baselines:   []EmbeddingScore{{Checkpoint{Name: "other"}, 0.3, -1}},
	}
	contains(t, a.Findings(), "uniformity rose from -2.500 to -0.700 and alignment fell from 0.500 to 0.200, as the paper's do",
		"most crowded at stage 1, 10", "bert-base-japanese-v3 is nearest", "other: uniformity -1.000")
	a.Checkpoints = a.Checkpoints[1:]
	contains(t, a.Findings(), "uniformity fell from -0.200 to -0.700", "where the paper's uniformity rises", "most crowded at stage 1, 10")
	a.Checkpoints[0], a.Checkpoints[1] = EmbeddingScore{step(1), 0.4, -2}, EmbeddingScore{step(2), 0.1, -0.3}
	contains(t, a.Findings(), "most crowded at the last checkpoint", "modernbert-ja-130m is nearest")
	if got := (&AlignmentUniformity{}).Findings(); got != nil {
		t.Errorf("nothing found %q", got)
	}
}

func TestCloser(t *testing.T) {
	for _, c := range []struct {
		positive, random []float32
		want             float64
	}{
		{[]float32{0, 0.1}, []float32{0.2, 0.3}, 1},
		{[]float32{0.5}, []float32{0.1, 0.2}, 0},
		{[]float32{0.2, 0.2}, []float32{0.2}, 0.5},
		{[]float32{0.1, 0.3}, []float32{0.2, 0.3, 0.3}, (3 + 1) / 6.}, // 3 closer, then two ties
	} {
		p := PairDistances{Positive: c.positive, Random: c.random}
		brute := 0.0
		for _, x := range c.positive {
			for _, y := range c.random {
				switch {
				case x < y:
					brute++
				case x == y:
					brute += 0.5
				}
			}
		}
		if got := p.Closer(); math.Abs(got-c.want) > 1e-12 || math.Abs(got-brute/float64(len(c.positive)*len(c.random))) > 1e-12 {
			t.Errorf("%v, %v: %v, want %v", c.positive, c.random, got, c.want)
		}
	}
}

func TestSimilarityFindings(t *testing.T) {
	s := &Similarity{Models: []PairDistances{
		{step(0), []float32{0.5, 0.6}, []float32{1, 1.2}},
		{step(10), []float32{0.1, 0.2}, []float32{0.2, 0.3}},
		{step(20), []float32{0.1, 0.1}, []float32{0.4, 0.6}},
		{Checkpoint{Name: "other"}, []float32{0.1}, []float32{0.1}},
	}}
	contains(t, s.Findings(), "positive pairs went from 0.550 to 0.100, of random pairs from 1.100 to 0.500",
		"closest at stage 1, 10 (0.250) and end at 0.500", "stage 1, 20 1.00, other 0.50")
	s.Models = s.Models[:2]
	contains(t, s.Findings(), "closest at the last checkpoint (0.250)")
}

func TestRetrievalFindings(t *testing.T) {
	r := &Retrieval{N: 100, Rows: []RetrievalRow{
		{Checkpoint{Name: EditDistance}, 0.2, 0.1}, {step(0), 0.1, 0.05}, {step(10), 0.5, 0.3}, {step(20), 0.4, 0.2}}}
	contains(t, r.Findings(), "Best is stage 1, 10 with Recall@10 0.500", "reaches 0.1000", "2 of 3 checkpoints are above edit distance (0.200)",
		"Of the checkpoints stage 1, 10 is best (0.500), and the last one has 0.400")
	r.Rows = r.Rows[:3]
	contains(t, r.Findings(), "stage 1, 10 is best (0.500), the last one: no decline yet")
	r.Rows = r.Rows[:1]
	if got := r.Findings(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
