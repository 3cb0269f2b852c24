package finding

import (
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/result"
)

// curve describes a training curve beside the paper's section 3.2: the loss
// falls and the accuracy rises throughout stage 1 and a little in stage 2;
// retrieval is best early in stage 1 (at 15k of 500k steps), then declines.
func curve(c *result.TrainingCurve) []string {
	var out []string
	for _, s := range c.Stages {
		first, last := s.First(), s.Last()
		out = append(out, fmt.Sprintf("Stage %d: over %d steps the validation loss went from %.2f to %.2f nats (it fell at %d of %d evaluations) and the accuracy from %.1f %% to %.1f %%.",
			s.Stage, last.Step-first.Step, first.Loss, last.Loss, falls(s), len(s.Evaluations)-1, 100*first.Accuracy, 100*last.Accuracy))
	}
	last := c.Stages[len(c.Stages)-1]
	if last.Unigram != nil {
		out = append(out, floor(last))
	}
	if s, best, ok := c.BestRetrieval(); ok {
		out = append(out, retrievalOver(c, s, best))
	}
	return out
}

// floor compares a stage's last loss with the unigram distribution's.
func floor(s result.Stage) string {
	end, floor := s.Last().Loss, s.Unigram.Loss
	var losses []float64
	for _, e := range s.Evaluations {
		losses = append(losses, e.Loss)
	}
	noise, known := scatter(losses)
	words := fmt.Sprintf("The last loss, %.2f, lies %.2f nats %s the unigram floor of %.2f", end, math.Abs(floor-end), side(floor-end), floor)
	switch {
	case !known:
		return words + "; with so few evaluations chance cannot be told from it."
	case math.Abs(floor-end) <= 2*noise:
		return words + fmt.Sprintf(", no more than evaluations scatter (%.2g): nothing can be said.", noise)
	case end < floor:
		return words + fmt.Sprintf(" (evaluations scatter by %.2g): the model uses the context.", noise)
	}
	return words + fmt.Sprintf(" (evaluations scatter by %.2g): the model has not yet learnt more than how frequent each token is.", noise)
}

func side(below float64) string {
	if below >= 0 {
		return "under"
	}
	return "above"
}

// retrievalOver says when retrieval was best, and whether it fell afterwards.
func retrievalOver(c *result.TrainingCurve, s result.Stage, best result.Evaluation) string {
	var recalls []float64
	var last result.Evaluation
	var stage int
	for _, s := range c.Stages {
		recalls = nil // stages differ, and so would neighbours across them
		for _, e := range s.Evaluations {
			if e.Recall10 != nil {
				recalls, last, stage = append(recalls, *e.Recall10), e, s.Stage
			}
		}
	}
	words := fmt.Sprintf("Retrieval was best at step %d of stage %d (Recall@10 %.3f)", best.Step, s.Stage, *best.Recall10)
	if stage == s.Stage && last.Step == best.Step {
		return words + ", the last evaluation; the paper's is best at 15k of 500k steps and then declines."
	}
	words += fmt.Sprintf(" and ended at %.3f", *last.Recall10)
	noise, known := scatter(recalls)
	switch {
	case !known:
		return words + "; with so few evaluations chance cannot be told from a decline."
	case *best.Recall10-*last.Recall10 <= 2*math.Sqrt2*noise:
		return words + fmt.Sprintf(", no further apart than evaluations scatter (%.2g).", noise)
	}
	return words + fmt.Sprintf(" (evaluations scatter by %.2g); the paper's is best at 15k of 500k steps and then declines.", noise)
}

// falls counts the evaluations whose loss is below the one before.
func falls(s result.Stage) int {
	n, before := 0, math.Inf(-1)
	for _, e := range s.Evaluations {
		if e.Loss < before {
			n++
		}
		before = e.Loss
	}
	return n
}

// scatter returns the standard deviation of the noise in a smooth series, from
// the second differences of its last eight values: of independent noise of
// deviation s those have the deviation s·√6. It is not known from fewer than
// five values.
func scatter(x []float64) (deviation float64, known bool) {
	x = x[max(0, len(x)-8):]
	if len(x) < 5 {
		return 0, false
	}
	sum := 0.0
	for i := 2; i < len(x); i++ {
		d := x[i] - 2*x[i-1] + x[i-2]
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(x)-2) / 6), true
}
