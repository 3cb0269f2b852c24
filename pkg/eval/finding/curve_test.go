package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

// evaluated returns an evaluation; a recall of 0 is none.
func evaluated(step int, loss, accuracy, recall float64) result.Evaluation {
	e := result.Evaluation{Step: step, Loss: loss, Accuracy: accuracy}
	if recall > 0 {
		e.Recall10, e.MRR10 = &recall, &recall
	}
	return e
}

func TestCurveFindings(t *testing.T) {
	c := &result.TrainingCurve{Stages: []result.Stage{
		{Stage: 1, Evaluations: []result.Evaluation{evaluated(0, 11.5, 0, 0.1), evaluated(10, 9, 0.1, 0.3), evaluated(20, 9.1, 0.1, 0.2)}},
		{Stage: 2, Unigram: &result.Unigram{Loss: 7, Accuracy: 0.05}, Evaluations: []result.Evaluation{evaluated(5, 8.5, 0.12, 0), evaluated(10, 8, 0.15, 0.15)}},
	}}
	want := []string{
		"Stage 1: over 20 steps the validation loss went from 11.50 to 9.10 nats (it fell at 1 of 2 evaluations) and the accuracy from 0.0 % to 10.0 %.",
		"Stage 2: over 5 steps the validation loss went from 8.50 to 8.00 nats (it fell at 1 of 1 evaluations) and the accuracy from 12.0 % to 15.0 %.",
		"The last loss, 8.00, lies 1.00 nats above the unigram floor of 7.00; with so few evaluations chance cannot be told from it.",
		"Retrieval was best at step 10 of stage 1 (Recall@10 0.300) and ended at 0.150; with so few evaluations chance cannot be told from a decline.",
	}
	if diff := cmp.Diff(want, Of(c)); diff != "" {
		t.Error(diff)
	}
	// Six evaluations that fall by 1 with a noise of ±0.1; recall falls by 0.1 with ±0.01.
	s := &c.Stages[1]
	s.Evaluations = nil
	for i := range 6 {
		sign := float64(1 - 2*(i%2))
		s.Evaluations = append(s.Evaluations, evaluated(i, 12-float64(i)+0.1*sign, 0.1, 0.9-0.1*float64(i)+0.01*sign))
	}
	// second differences are ±0.4 and ±0.04: 0.4/√6 = 0.16
	contains(t, Of(c), "The last loss, 6.90, lies 0.10 nats under the unigram floor of 7.00, no more than evaluations scatter (0.16): nothing can be said.",
		"Retrieval was best at step 0 of stage 2 (Recall@10 0.910) and ended at 0.390 (evaluations scatter by 0.0")
	s.Unigram.Loss = 7.5
	contains(t, Of(c), "0.60 nats under the unigram floor of 7.50 (evaluations scatter by 0.16): the model uses the context.")
	s.Unigram.Loss = 5
	contains(t, Of(c), "1.90 nats above the unigram floor of 5.00 (evaluations scatter by 0.16): the model has not yet learnt more")
	for i := range s.Evaluations {
		*s.Evaluations[i].Recall10 = 0.4 + 0.1*float64(i%2)
	}
	contains(t, Of(c), "Recall@10 0.500) and ended at")
	*s.Evaluations[5].Recall10 = 0.9
	contains(t, Of(c), "(Recall@10 0.900), the last evaluation")
}

// Every kind of result has sentences.
func TestOf(t *testing.T) {
	for _, r := range []result.Result{&result.AlignmentUniformity{}, &result.Retrieval{}, &result.JGLUE{}, &result.PseudoPerplexity{}, &result.Similarity{}, &result.Bench{}, &result.Claims{}} {
		Of(r)
	}
}
