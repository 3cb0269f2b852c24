package result

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindings(t *testing.T) {
	c := &TrainingCurve{Stages: []Stage{
		{Stage: 1, Unigram: &Unigram{9.5, 0.05}, Evaluations: []Evaluation{{0, 11.5, 0, ptr(0.1), ptr(0.05)}, {10, 9, 0.1, ptr(0.3), ptr(0.2)}, {20, 9.1, 0.1, ptr(0.2), ptr(0.1)}}},
		{Stage: 2, Unigram: &Unigram{7, 0.05}, Evaluations: []Evaluation{{5, 8.5, 0.12, nil, nil}, {10, 8, 0.15, ptr(0.15), ptr(0.1)}}},
	}}
	want := []string{
		"Stage 1: over 20 steps the validation loss went from 11.50 to 9.10 nats (it fell at 1 of 2 evaluations) and the accuracy from 0.0 % to 10.0 %.",
		"Stage 2: over 5 steps the validation loss went from 8.50 to 8.00 nats (it fell at 1 of 1 evaluations) and the accuracy from 12.0 % to 15.0 %.",
		"The last loss, 8.00, is not under the unigram floor of 7.00: the model has not yet learnt more than how frequent each token is.",
		"Retrieval was best at step 10 of stage 1 (Recall@10 0.300) and ended at 0.150; the paper saw its best at 15k of 500k steps, then a gradual decline.",
	}
	if diff := cmp.Diff(want, c.Findings()); diff != "" {
		t.Error(diff)
	}
	last := &c.Stages[1].Evaluations[1]
	last.Loss, last.Recall10 = 6, ptr(0.4)
	got := c.Findings()
	if got[2] != "The last loss, 6.00, is 1.00 nats under the unigram floor of 7.00: the model uses the context." ||
		got[3] != "Retrieval was best at step 10 of stage 2 (Recall@10 0.400), the last evaluation: no decline yet." {
		t.Errorf("%q", got[2:])
	}
}
