package result

import (
	"fmt"
	"math"
)

// Findings says in sentences what a curve shows beside what the paper says of
// its Figure 1 (section 3.2): the loss falls and the accuracy rises throughout
// stage 1 and a little in stage 2; retrieval is best early in stage 1 (at 15k
// of 500k steps) and then declines.
func (c *TrainingCurve) Findings() []string {
	var out []string
	for _, s := range c.Stages {
		first, last := s.First(), s.Last()
		out = append(out, fmt.Sprintf("Stage %d: over %d steps the validation loss went from %.2f to %.2f nats (it fell at %d of %d evaluations) and the accuracy from %.1f %% to %.1f %%.",
			s.Stage, last.Step-first.Step, first.Loss, last.Loss, s.falls(), len(s.Evaluations)-1, 100*first.Accuracy, 100*last.Accuracy))
	}
	last := c.Stages[len(c.Stages)-1]
	if u, end := last.Unigram, last.Last(); u != nil {
		side := fmt.Sprintf("%.2f nats under the unigram floor of %.2f: the model uses the context.", u.Loss-end.Loss, u.Loss)
		if end.Loss >= u.Loss {
			side = fmt.Sprintf("not under the unigram floor of %.2f: the model has not yet learnt more than how frequent each token is.", u.Loss)
		}
		out = append(out, fmt.Sprintf("The last loss, %.2f, is %s", end.Loss, side))
	}
	if s, best, ok := c.BestRetrieval(); ok {
		when := fmt.Sprintf("Retrieval was best at step %d of stage %d (Recall@10 %.3f)", best.Step, s.Stage, *best.Recall10)
		then := ", the last evaluation: no decline yet."
		if stage, last, ok := c.lastRetrieval(); ok && (stage.Stage != s.Stage || last.Step != best.Step) {
			then = fmt.Sprintf(" and ended at %.3f; the paper saw its best at 15k of 500k steps, then a gradual decline.", *last.Recall10)
		}
		out = append(out, when+then)
	}
	return out
}

// falls counts the evaluations whose loss is below the one before.
func (s Stage) falls() int {
	n, before := 0, math.Inf(-1)
	for _, e := range s.Evaluations {
		if e.Loss < before {
			n++
		}
		before = e.Loss
	}
	return n
}

func (c *TrainingCurve) lastRetrieval() (stage Stage, last Evaluation, ok bool) {
	for _, s := range c.Stages {
		for _, e := range s.Evaluations {
			if e.Recall10 != nil {
				stage, last, ok = s, e, true
			}
		}
	}
	return stage, last, ok
}
