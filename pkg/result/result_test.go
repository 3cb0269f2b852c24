package result

import (
	"math"
	"testing"
)

func TestSummary(t *testing.T) {
	p := samples()[2].(*PseudoPerplexity)
	p.Models[0].Documents = []DocumentScore{{"a", 1024, 1}, {"b", 10, 2}, {"c", 500, 3}, {"d", 600, 30}, {"e", 1025, 7}, {"f", 8192, 9}}
	got := p.Summary(p.Models[0])
	if got[0].N != 4 || got[1].N != 1 || got[2].N != 0 || got[3].N != 0 {
		t.Fatalf("documents in bins: %+v", got)
	}
	// numpy.percentile([1, 2, 3, 30], [25, 50, 75]) = 1.75, 2.5, 9.75
	want := BinSummary{Bin: PaperBins()[0], N: 4, Mean: 9, Lower: 1.75, Median: 2.5, Upper: 9.75, Above20: 0.25}
	if got[0] != want {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
}

func TestJGLUEScore(t *testing.T) {
	j := &JGLUE{Models: []JGLUEModel{{Checkpoint: Checkpoint{Name: "a"}}}}
	add := func(lr float64, epochs int, seed uint64, score float64) {
		j.Runs = append(j.Runs, FineTuneRun{Model: "a", Task: "JNLI", LR: lr, Epochs: epochs, Seed: seed, Metric: "accuracy", Score: score})
	}
	add(1e-5, 1, 1, 0.5)
	add(1e-5, 1, 2, 0.7)
	add(5e-5, 1, 1, 0.9)
	add(5e-5, 1, 2, 0.7)
	add(5e-5, 3, 1, 0.6)
	if err := j.Validate(); err != nil {
		t.Fatal(err)
	}
	s, ok := j.Score("a", "JNLI")
	if !ok || s.Runs != 5 || s.Settings != 3 || s.Seeds != 2 {
		t.Fatalf("counts: %+v", s)
	}
	near(t, "best", s.Best.Score, 0.9)
	near(t, "mean", s.Mean, 0.8)
	near(t, "deviation", s.Deviation, 0.1*math.Sqrt2)
	near(t, "chosen", s.Chosen(), 0.1)
	near(t, "median", s.Median, 0.6)
	if _, ok := j.Score("a", "JSTS"); ok {
		t.Error("a score without runs")
	}
	g := j.Grid("a", "JNLI")
	if len(g.LRs) != 2 || len(g.Epochs) != 2 || !math.IsNaN(g.Scores[0][1]) {
		t.Fatalf("grid: %+v", g)
	}
	near(t, "grid", g.Scores[1][0], 0.8)
	add(5e-5, 3, 1, 0.6)
	if j.Validate() == nil {
		t.Error("a repeated run passes")
	}
}

func TestBench(t *testing.T) {
	b := samples()[7].(*Bench)
	if median, low, high := b.Rows[0].Rate(); median != 2 || low != 1 || high != 3 {
		t.Errorf("rate %v %v %v", median, low, high)
	}
	if u, ok := b.Utilization(b.Rows[0]); !ok || u != 0.2 {
		t.Errorf("utilization %v %v", u, ok)
	}
}

func TestBestRetrieval(t *testing.T) {
	c := samples()[0].(*TrainingCurve)
	if s, e, ok := c.BestRetrieval(); !ok || s.Stage != 2 || e.Step != 10 {
		t.Errorf("got stage %d step %d %v", s.Stage, e.Step, ok)
	}
}

// The paper's printed averages are the means of its printed scores.
func TestPaperTable2(t *testing.T) {
	for _, r := range PaperTable2() {
		if mean := (r.JSTS + r.JNLI + r.JCoLA) / 3; math.Abs(mean-r.Average) > 0.05+1e-9 {
			t.Errorf("%s: mean %.3f, printed %.1f", r.Label(), mean, r.Average)
		}
	}
}

func TestSteps(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 500: "500", 1000: "1k", 1500: "1.5k", 15000: "15k", 1234: "1234", 500000: "500k"} {
		if got := Steps(n); got != want {
			t.Errorf("Steps(%d) = %q, want %q", n, got, want)
		}
	}
}

func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}
