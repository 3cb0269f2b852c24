package finetune

import (
	"cmp"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/result"
)

// Worst returns the n validation rows with the greatest errors, the greatest
// first. The error is the distance from the label, or the probability that the
// run assigned to the wrong class.
func (t *Trainer) Worst(run *Run, n int) []result.Misjudgement {
	task := t.Config.Task
	var list []result.Misjudgement
	for i, e := range t.valid.examples {
		m := result.Misjudgement{
			Model: t.Config.Checkpoint.Label(), Task: task.Name, Sentence1: e.A, Sentence2: e.B,
			Label: task.LabelName(e.Label), Prediction: task.LabelName(run.Predictions[i]),
		}
		switch {
		case task.Regression():
			m.Error = math.Abs(run.Predictions[i] - e.Label)
		case run.Predictions[i] != e.Label:
			m.Error = probability(run.Scores[i*task.Outputs:(i+1)*task.Outputs], int(run.Predictions[i]))
		default:
			continue
		}
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b result.Misjudgement) int { return -cmp.Compare(a.Error, b.Error) })
	return list[:min(n, len(list))]
}

// probability returns softmax(scores)[class].
func probability(scores []float32, class int) float64 {
	sum := 0.0
	for _, s := range scores {
		sum += math.Exp(float64(s - scores[class]))
	}
	return 1 / sum
}
