package finding

import (
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/result"
)

// claimed counts the verdicts and says which measures go together. It never
// reads a verdict off one run, nor a relation off an interval that holds 0.
func claimed(c *result.Claims) (out []string) {
	names := map[result.Verdict][]string{}
	for _, one := range c.Claims {
		names[one.Verdict] = append(names[one.Verdict], one.Text)
	}
	if len(c.Seeds) == 1 {
		out = append(out, fmt.Sprintf("One run has no spread: of %d statements none can be told to hold or not. The numbers are this run's.", len(c.Claims)))
	} else {
		out = append(out, fmt.Sprintf("Over %d runs %d of %d statements agree with the paper, %d disagree, %d cannot be told.",
			len(c.Seeds), len(names[result.Agrees]), len(c.Claims), len(names[result.Disagrees]), len(names[result.Untold])))
	}
	for _, v := range []result.Verdict{result.Agrees, result.Disagrees} {
		for _, name := range names[v] {
			out = append(out, fmt.Sprintf("%s: %s.", v, name))
		}
	}
	return append(out, plateau(c)...)
}

// plateau says what goes with the scores and what goes with the loss.
func plateau(c *result.Claims) []string {
	all := Associations(c)
	if len(all) == 0 {
		return []string{"What goes with the scores along checkpoints was not measured: that needs fine-tuned checkpoints, uniformities or IsoScores beside the training curve."}
	}
	var told []string
	known := 0
	for _, a := range all {
		for _, of := range []struct {
			what string
			Correlation
		}{{"", a.Levels}, {"changes of ", a.Changes}} {
			if of.Rho == of.Rho {
				known++
			}
			if of.Told() {
				told = append(told, fmt.Sprintf("%s%s with %s%s (rank correlation %.2f, 95 %% interval %.2f to %.2f)", of.what, a.A, of.what, a.B, of.Rho, of.Low, of.High))
			}
		}
	}
	words := fmt.Sprintf("Of %d rank correlations along checkpoints %d differ from 0; chance alone makes %.1f differ.", known, len(told), 0.05*float64(known))
	return slices.Insert(told, 0, words)
}
