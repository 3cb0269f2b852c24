package figure

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
)

func sampleClaims() *result.Claims {
	p := func(x float64) *float64 { return &x }
	return &result.Claims{Seeds: []uint64{42, 43}, Claims: []result.Claim{
		{Section: "3.2", Text: "Loss falls", Paper: "falls", Measure: "fall, nats", Wanted: "above 0",
			Effects: []*float64{p(1), p(1.2)}, Mean: p(1.1), Low: p(0.5), High: p(1.7), Verdict: result.Agrees},
		{Section: "3.3", Text: "JSTS is flat", Paper: "flat", Measure: "rise", Wanted: "below 1",
			Effects: []*float64{p(2), nil}, Mean: p(2), Verdict: result.Untold},
		{Section: "3.4", Text: "Gaps", Paper: "5 of 6", Measure: "share", Wanted: "above 0.5",
			Effects: []*float64{nil, nil}, Verdict: result.Untold},
	}, Traces: []result.Trace{sampleTrace(0), sampleTrace(0.1)}}
}

// sampleTrace returns checkpoints at the paper's shares of a stage, of which the
// first has no score.
func sampleTrace(shift float64) result.Trace {
	t := result.Trace{Steps: 1000}
	for i, step := range []int{0, 8, 30, 100, 200, 600, 1000} {
		point := result.TracePoint{Checkpoint: result.Checkpoint{Stage: 1, Step: step}, Loss: new(11/(1+0.3*float64(i)) + shift),
			Uniformity: new(-3 + 0.9*math.Sin(float64(i)+shift)), IsoScore: new(0.5 - 0.05*float64(i))}
		if i > 0 {
			point.Scores = map[string]float64{"JSTS": 0.8 - 0.4/float64(i) + shift/10}
		}
		t.Points = append(t.Points, point)
	}
	return t
}

// sampleSecondStages returns two stage 2's on the same documents, the second
// lower on long ones.
func sampleSecondStages() *result.PseudoPerplexity {
	p := samplePerplexity(4)
	one := result.ModelScores{Checkpoint: result.Checkpoint{Name: "stage 2, 600, rows=documents", Stage: 2, Step: 600}}
	two := result.ModelScores{Checkpoint: result.Checkpoint{Name: "stage 2, 600, rows=windows", Stage: 2, Step: 600}}
	for i, d := range p.Models[0].Documents {
		d.ID = fmt.Sprint(i)
		one.Documents = append(one.Documents, d)
		d.PPPL *= (1 - float64(d.Length)/20000) * math.Exp(0.2*math.Sin(float64(i)))
		two.Documents = append(two.Documents, d)
	}
	p.Models = []result.ModelScores{one, two}
	return p
}

// TestNothingOfClaims has results that lack what the figures show.
func TestNothingOfClaims(t *testing.T) {
	c := sampleClaims()
	c.Claims, c.Traces = c.Claims[2:], nil
	var without NothingToDraw
	for name, err := range map[string]error{"claims": second(Claims(c)), "plateau": second(Plateau(c)), "plateau-table": second(PlateauTable(c)),
		"stage2-lengths": second(SecondStages(samplePerplexity(4))), "stage2-table": second(SecondStagesTable(samplePerplexity(4)))} {
		if !errors.As(err, &without) || without.Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := sampleSecondStages()
	for i := range p.Models[1].Documents {
		p.Models[1].Documents[i].ID += " of another set"
	}
	if _, err := SecondStages(p); !errors.As(err, &without) || !strings.Contains(err.Error(), "not measured on the same documents") {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestClaimsTable looks at the cells of the interval and at refusals.
func TestClaimsTable(t *testing.T) {
	c := sampleClaims()
	table, err := ClaimsTable(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1.1 (0.5 to 1.7)", "2 (one run)", nothing} {
		if got := table.Rows[i][5].Text; got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	c.Claims[1].Verdict = result.Agrees // without an interval
	if _, err := ClaimsTable(c); err == nil {
		t.Error("a verdict without an interval was drawn")
	}
}
