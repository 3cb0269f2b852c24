package figure

import (
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
	}}
}

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
