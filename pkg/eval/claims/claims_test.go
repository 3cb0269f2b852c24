package claims

import (
	"math"
	"slices"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
)

// TestHold checks verdicts and the interval on effects by hand: for 1, 2, 3 the
// mean is 2 and the half width t(0.975, 2)·1/√3 = 4.3027·0.57735 = 2.4842.
func TestHold(t *testing.T) {
	for _, test := range []struct {
		name      string
		effects   []float64 // NaN: the run lacks the result
		below     bool
		threshold float64
		want      result.Verdict
	}{
		{"all above, but the interval holds 0", []float64{1, 2, 3}, false, 0, result.Untold},
		{"clearly above", []float64{2, 2.1, 2.2}, false, 0, result.Agrees},
		{"clearly below", []float64{-2, -2.1, -2.2}, false, 0, result.Disagrees},
		{"below is wanted", []float64{-2, -2.1, -2.2}, true, 0, result.Agrees},
		{"below is wanted, above is found", []float64{2, 2.1, 2.2}, true, 1, result.Disagrees},
		{"one run", []float64{5}, false, 0, result.Untold},
		{"one of two lacks it", []float64{5, math.NaN()}, false, 0, result.Untold},
		{"equal effects are no certainty", []float64{1, 1}, false, 0.5, result.Untold},
		{"none has it", []float64{math.NaN(), math.NaN()}, false, 0, result.Untold},
	} {
		runs := make([]*Run, len(test.effects))
		number := map[*Run]float64{}
		for i := range runs {
			runs[i] = &Run{}
			number[runs[i]] = test.effects[i]
		}
		c := claim{below: test.below, threshold: test.threshold, effect: func(r *Run) (float64, bool) {
			return number[r], !math.IsNaN(number[r])
		}}
		got := c.hold(runs)
		if got.Verdict != test.want {
			t.Errorf("%s: %s, want %s", test.name, got.Verdict, test.want)
		}
		if test.name == "all above, but the interval holds 0" && (*got.Mean != 2 || math.Abs(*got.High-4.4842) > 1e-3 || math.Abs(*got.Low+0.4842) > 1e-3) {
			t.Errorf("mean %v, interval %v to %v", *got.Mean, *got.Low, *got.High)
		}
	}
}

// run returns a run of 1,000 steps a stage whose results have one known effect each.
func run(seed uint64) *Run {
	p := func(x float64) *float64 { return &x }
	var first result.Stage
	first.Stage, first.TotalSteps, first.MaxLength = 1, 1000, 128
	for i, step := range []int{0, 30, 100, 200, 400, 600, 800, 1000} {
		first.Evaluations = append(first.Evaluations, result.Evaluation{Step: step, Loss: 10 - float64(i), Accuracy: 0.1})
	}
	second := result.Stage{Stage: 2, TotalSteps: 1000, MaxLength: 1024, Evaluations: []result.Evaluation{{Step: 0, Loss: 4}, {Step: 1000, Loss: 3.5}}}
	c := func(stage, step int) result.Checkpoint { return result.Checkpoint{Stage: stage, Step: step} }
	r := &Run{Curve: &result.TrainingCurve{Provenance: result.Provenance{Seed: seed}, Stages: []result.Stage{first, second}}}
	r.Points = &result.AlignmentUniformity{Checkpoints: []result.EmbeddingScore{
		{Checkpoint: c(1, 0), Alignment: 1, Uniformity: -3, IsoScore: p(0.5)}, {Checkpoint: c(1, 30), Alignment: 0.8, Uniformity: -2},
		{Checkpoint: c(1, 200), Alignment: 0.5, Uniformity: -1}, {Checkpoint: c(1, 600), Alignment: 0.6, Uniformity: -1.5},
		{Checkpoint: c(1, 1000), Alignment: 0.6, Uniformity: -0.5}}}
	r.Pairs = &result.Similarity{Models: []result.PairDistances{
		{Checkpoint: c(1, 0), Positive: []float32{1}, Random: []float32{2}}, {Checkpoint: c(1, 200), Positive: []float32{0.1}, Random: []float32{0.2}},
		{Checkpoint: c(1, 1000), Positive: []float32{0.1}, Random: []float32{0.3}}, {Checkpoint: c(2, 1000), Positive: []float32{0.1, 0.3}, Random: []float32{0.2, 0.4}}}}
	r.Retrieval = &result.Retrieval{N: 100, Rows: []result.RetrievalRow{{Checkpoint: c(1, 0), Recall10: 0.1}, {Checkpoint: c(1, 30), Recall10: 0.5}, {Checkpoint: c(1, 1000), Recall10: 0.25},
		{Checkpoint: c(2, 1000), Recall10: 0.25}, {Checkpoint: result.Checkpoint{Name: "edit distance"}, Recall10: 0.2}, {Checkpoint: result.Checkpoint{Name: "Jaccard, words"}, Recall10: 0.05}}}
	doc := func(length int, pppl float64) result.DocumentScore {
		return result.DocumentScore{Length: length, PPPL: pppl}
	}
	r.Perplexity = &result.PseudoPerplexity{Bins: []result.LengthBin{{To: 128}, {Above: 128, To: 1024}}, Models: []result.ModelScores{
		{Checkpoint: c(1, 1000), Documents: []result.DocumentScore{doc(100, 10), doc(500, 40)}},
		{Checkpoint: c(2, 1000), Documents: []result.DocumentScore{doc(100, 10), doc(500, 20)}}}}
	r.Gaps = &result.FillMask{Models: []result.Checkpoint{c(2, 1000), c(1, 1000)}, Sentences: []result.Gap{
		{Number: 1, Expected: []string{"a"}, Answers: [][]result.Guess{{{Token: "a"}}, {{Token: "b"}}}},
		{Number: 2, Expected: []string{"c"}, Answers: [][]result.Guess{{{Token: "c"}}, {{Token: "b"}}}},
		{Number: 3, Expected: []string{"d"}, Answers: [][]result.Guess{{{Token: "e"}}, {{Token: "d"}}}}}}
	r.JGLUE = &result.JGLUE{}
	for step, score := range map[int]float64{8: 0.5, 100: 0.7, 1000: 0.701} {
		m := result.JGLUEModel{Checkpoint: c(1, step)}
		r.JGLUE.Models = append(r.JGLUE.Models, m)
		r.JGLUE.Runs = append(r.JGLUE.Runs, result.FineTuneRun{Model: m.Label(), Task: "JSTS", Score: score})
	}
	return r
}

// TestTraces aligns uniformity, isotropy, scores and loss; step 8 lies between the
// validations at 0 and 30, and step 100 has a score and no point.
func TestTraces(t *testing.T) {
	c, err := Evaluate([]*Run{run(42), run(43)})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Traces[1]
	var steps []int
	for _, p := range got.Points {
		steps = append(steps, p.Step)
	}
	if want := []int{0, 8, 30, 100, 200, 600, 1000}; !slices.Equal(steps, want) || got.Steps != 1000 || len(c.Traces) != 2 {
		t.Fatalf("%d traces, of %d steps, points at %v; want %v", len(c.Traces), got.Steps, steps, want)
	}
	first, early, tenth := got.Points[0], got.Points[1], got.Points[3]
	if *first.Loss != 10 || *first.Uniformity != -3 || *first.IsoScore != 0.5 || first.Scores != nil {
		t.Errorf("step 0: %+v", first)
	}
	if want := 10 - math.Log(9)/math.Log(31); math.Abs(*early.Loss-want) > 1e-12 || early.Uniformity != nil || early.Scores["JSTS"] != 0.5 {
		t.Errorf("step 8: loss %v, want %v; %+v", *early.Loss, want, early)
	}
	if *tenth.Loss != 8 || tenth.IsoScore != nil || tenth.Scores["JSTS"] != 0.7 {
		t.Errorf("step 100: %+v", tenth)
	}
	if lossAt([]result.Evaluation{{Step: 5, Loss: 3}}, 4) != nil || lossAt(nil, 4) != nil {
		t.Error("a loss outside of the validations")
	}
}

// TestSameRunTwice refuses a run that was named twice, but not two seeds.
func TestSameRunTwice(t *testing.T) {
	one, other, again := run(42), run(43), run(42)
	one.Dir, other.Dir, again.Dir = "a", "b", "c"
	if _, err := Evaluate([]*Run{one, other}); err != nil {
		t.Error(err)
	}
	_, err := Evaluate([]*Run{one, other, again})
	if err == nil || !strings.Contains(err.Error(), "a and c hold the same run") {
		t.Errorf("error %v, want one that names a and c", err)
	}
}

// TestEffects computes every effect of a run whose results were written by hand.
func TestEffects(t *testing.T) {
	c, err := Evaluate([]*Run{run(42), run(43)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"Validation loss falls throughout stage 1":                          1,
		"Stage 2 still improves the loss a little":                          0.5,
		"Retrieval rises sharply early in stage 1":                          0.4,
		"Retrieval declines after its early peak":                           -0.25,
		"JSTS rises until a tenth of stage 1":                               20,
		"JSTS is flat from a tenth of stage 1 on":                           0.1,
		"The model gives the right word in many gaps":                       2.0 / 3,
		"Stage 2 lowers the pseudo-perplexity of long documents":            math.Log(2),
		"At the end pseudo-perplexity rises slightly with length":           math.Log(2),
		"Uniformity rises from step 0":                                      2,
		"Alignment falls from step 0":                                       0.5,
		"Later checkpoints go back and forth between those of 15k and 100k": 0.5,
		"Distances of pairs shrink up to 100k steps":                        1.8,
		"After that random pairs move a little apart":                       0.1,
		"In the end positive and random pairs overlap":                      0.75,
		"Retrieval by embeddings beats edit distance":                       0.05,
		"Retrieval by embeddings beats Jaccard similarity of words":         0.2,
	}
	for _, one := range c.Claims {
		w, ok := want[one.Text]
		if !ok { // JNLI and JCoLA were not run
			if one.Effects[0] != nil || one.Verdict != result.Untold {
				t.Errorf("%s: an effect without a result", one.Text)
			}
			continue
		}
		delete(want, one.Text)
		if one.Effects[0] == nil || math.Abs(*one.Effects[0]-w) > 1e-6 {
			t.Errorf("%s: effect %v, want %v", one.Text, one.Effects[0], w)
		}
	}
	for text := range want {
		t.Errorf("no claim %q", text)
	}
}
