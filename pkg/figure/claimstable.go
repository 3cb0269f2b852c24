package figure

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/result"
)

// ClaimsTable lists the paper's qualitative statements, what the paper shows,
// the mean effect of our runs with its 95 % interval, and the verdict.
func ClaimsTable(c *result.Claims) (*Table, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("claims-table: %w", err)
	}
	t := &Table{
		Name: "claims-table", Caption: "The paper's statements held against our runs",
		Columns: left("Section", "Statement", "Paper", "Effect", "Supported", "Ours", "Verdict"),
		Notes: append(notes(c.Provenance),
			"Ours: the mean effect over the runs and its 95 % interval; the verdict asks whether the interval lies on the supported side."),
	}
	for _, one := range c.Claims {
		r := row(one.Section, one.Text, one.Paper, one.Measure, one.Wanted, interval(one), string(one.Verdict))
		r[len(r)-1].Bold = one.Verdict != result.Untold
		t.Rows = append(t.Rows, r)
	}
	return t, nil
}

// interval writes a claim's mean effect and interval.
func interval(c result.Claim) string {
	switch {
	case c.Mean == nil:
		return nothing
	case c.Low == nil || c.High == nil:
		return fmt.Sprintf("%.3g (one run)", *c.Mean)
	}
	return fmt.Sprintf("%.3g (%.3g to %.3g)", *c.Mean, *c.Low, *c.High)
}
