package finding

import (
	"math"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
)

func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func TestBins(t *testing.T) {
	p := &result.PseudoPerplexity{Bins: result.PaperBins(), Models: make([]result.ModelScores, 1)}
	p.Models[0].Documents = []result.DocumentScore{document("a", 1024, 1), document("b", 10, 2), document("c", 500, 3), document("d", 600, 30), document("e", 1025, 7), document("f", 8192, 9)}
	got := Bins(p, p.Models[0])
	if got[0].N != 4 || got[1].N != 1 || got[2].N != 0 || got[3].N != 0 {
		t.Fatalf("documents in bins: %+v", got)
	}
	// numpy.percentile([1, 2, 3, 30], [25, 50, 75]) = 1.75, 2.5, 9.75
	want := BinSummary{Bin: result.PaperBins()[0], N: 4, Mean: 9, Lower: 1.75, Median: 2.5, Upper: 9.75, Above20: 0.25}
	if got[0] != want {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
}

func TestScore(t *testing.T) {
	j := &result.JGLUE{Models: []result.JGLUEModel{{Checkpoint: result.Checkpoint{Name: "a"}}}}
	add := func(lr float64, epochs int, seed uint64, score float64) {
		j.Runs = append(j.Runs, result.FineTuneRun{Model: "a", Task: "JNLI", LR: lr, Epochs: epochs, Seed: seed, Metric: "accuracy", Score: score})
	}
	add(1e-5, 1, 1, 0.5)
	add(1e-5, 1, 2, 0.7)
	add(5e-5, 1, 1, 0.9)
	add(5e-5, 1, 2, 0.7)
	add(5e-5, 3, 1, 0.6)
	if err := j.Validate(); err != nil {
		t.Fatal(err)
	}
	s, ok := Score(j, "a", "JNLI")
	if !ok || s.Runs != 5 || s.Settings != 3 || s.Seeds != 2 {
		t.Fatalf("counts: %+v", s)
	}
	near(t, "best", s.Best.Score, 0.9)
	near(t, "mean", s.Mean, 0.8)
	near(t, "deviation", s.Deviation, 0.1*math.Sqrt2)
	near(t, "chosen", s.Chosen(), 0.1)
	near(t, "median", s.Median, 0.6)
	if _, ok := Score(j, "a", "JSTS"); ok {
		t.Error("a score without runs")
	}
	g := Sweep(j, "a", "JNLI")
	if len(g.LRs) != 2 || len(g.Epochs) != 2 || !math.IsNaN(g.Scores[0][1]) {
		t.Fatalf("grid: %+v", g)
	}
	near(t, "grid", g.Scores[1][0], 0.8)
	add(5e-5, 3, 1, 0.6)
	if j.Validate() == nil {
		t.Error("a repeated run passes")
	}
}

func TestRate(t *testing.T) {
	b := &result.Bench{Machine: result.Machine{Peak: map[string]float64{"float32": 1e11}}, Rows: []result.BenchRow{{Rates: []float64{3, 1, 2}, Compute: "float32", Operations: 1e10}}}
	if median, low, high := Rate(b.Rows[0]); median != 2 || low != 1 || high != 3 {
		t.Errorf("rate %v %v %v", median, low, high)
	}
	if u, ok := Utilization(b, b.Rows[0]); !ok || u != 0.2 {
		t.Errorf("utilization %v %v", u, ok)
	}
}
