package finding

import (
	"math"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
)

// traced returns claims of two runs over six checkpoints: the loss falls all
// the time, JSTS rises with every fall, uniformity goes up and down on its own,
// and only the second run has an IsoScore, at three checkpoints.
func traced() *result.Claims {
	p := func(x float64) *float64 { return &x }
	c := &result.Claims{Seeds: []uint64{42, 43}, Claims: []result.Claim{
		{Text: "Loss falls", Effects: []*float64{p(1), p(1.1)}, Mean: p(1.05), Low: p(0.4), High: p(1.7), Verdict: result.Agrees},
		{Text: "JSTS is flat", Effects: []*float64{p(5), p(6)}, Mean: p(5.5), Low: p(2), High: p(9), Verdict: result.Disagrees},
		{Text: "Gaps", Effects: []*float64{nil, nil}, Verdict: result.Untold},
	}}
	for run := range 2 {
		t := result.Trace{Steps: 100}
		for i, uniformity := range []float64{-3, -1, -2, -1.5, -2.5, -1.2} {
			point := result.TracePoint{Checkpoint: step(20 * i), Loss: p(10 / float64(i+1)), Uniformity: p(uniformity), Scores: map[string]float64{"JSTS": 0.9 - 0.5/float64(i+1)}}
			if run == 1 && i > 2 {
				point.IsoScore = p(0.1 * float64(i))
			}
			t.Points = append(t.Points, point)
		}
		c.Traces = append(c.Traces, t)
	}
	return c
}

func TestAssociations(t *testing.T) {
	got := map[string]Association{}
	for _, a := range Associations(traced()) {
		got[a.A+" "+a.B] = a
	}
	if len(got) != 6 { // three with JSTS, three among loss, uniformity and IsoScore
		t.Errorf("%d associations: %+v", len(got), got)
	}
	a := got["JSTS loss"]
	if a.Levels.Pairs != 12 || a.Changes.Pairs != 10 || !a.Levels.Told() || a.Levels.Rho > -0.9 || !a.Changes.Told() || a.Changes.High >= 0 {
		t.Errorf("JSTS with loss: %+v", a)
	}
	if a := got["JSTS uniformity"]; a.Levels.Told() || a.Changes.Told() {
		t.Errorf("JSTS with uniformity: %+v", a)
	}
	if a := got["JSTS IsoScore"]; a.Levels.Pairs != 3 || !math.IsNaN(a.Levels.Rho) || a.Levels.Told() {
		t.Errorf("three checkpoints have a correlation: %+v", a)
	}
}

func TestClaimsFindings(t *testing.T) {
	c := traced()
	found := claimed(c)
	contains(t, found, "Over 2 runs 1 of 3 statements agree with the paper, 1 disagree, 1 cannot be told.",
		"agrees: Loss falls.", "disagrees: JSTS is flat.", "Of 6 rank correlations along checkpoints 2 differ from 0; chance alone makes 0.3 differ.", "JSTS with loss (rank correlation -0.97")
	c.Seeds, c.Traces = c.Seeds[:1], nil
	contains(t, claimed(c), "One run has no spread: of 3 statements none can be told", "was not measured")
}

// TestRatios doubles every document of the first bin but one, and has one
// document in the second.
func TestRatios(t *testing.T) {
	p := &result.PseudoPerplexity{Bins: result.PaperBins(), Models: []result.ModelScores{
		{Checkpoint: result.Checkpoint{Stage: 1, Step: 9}, Documents: []result.DocumentScore{document("a", 10, 1)}},
		{Checkpoint: result.Checkpoint{Name: "rows=documents", Stage: 2, Step: 8}, Documents: []result.DocumentScore{
			document("a", 10, 3), document("b", 20, 50), document("c", 30, 7), document("d", 1500, 9), document("only here", 40, 1)}},
	}}
	if _, _, ok := SecondStages(p); ok {
		t.Error("one stage 2 is taken for two")
	}
	p.Models = append(p.Models, result.ModelScores{Checkpoint: result.Checkpoint{Name: "rows=windows", Stage: 2, Step: 8}, Documents: []result.DocumentScore{
		document("a", 10, 6), document("b", 20, 100), document("c", 30, 56), document("d", 1500, 9)}})
	one, two, ok := SecondStages(p)
	if !ok || one.Name != "rows=documents" || two.Name != "rows=windows" {
		t.Fatalf("%s and %s, %v", one.Label(), two.Label(), ok)
	}
	got := Ratios(p, one, two)
	// the mean of log 2, log 2 and log 8, and t(0.975, 2)·sd/√3 = 4.30265·0.80037/1.73205
	mean, half := math.Log(32)/3, 4.30265273*math.Log(4)/math.Sqrt(3)/math.Sqrt(3)
	if r := got[0]; r.N != 3 || math.Abs(r.Ratio-math.Exp(mean)) > 1e-6 || math.Abs(r.High-math.Exp(mean+half)) > 1e-4 || r.Told() {
		t.Errorf("%+v, want %v up to %v", r, math.Exp(mean), math.Exp(mean+half))
	}
	if r := got[1]; r.N != 1 || !math.IsNaN(r.Ratio) || r.Told() {
		t.Errorf("one document: %+v", r)
	}
	contains(t, sideBySide(p), "rows=windows against rows=documents, the same 3 documents of 1 to 1024 tokens: the pseudo-perplexity is 3.17 times as high", "no difference can be told")
}
