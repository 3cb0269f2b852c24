package sweep

import (
	"math/rand/v2"

	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/result"
)

// splits is the number of random halvings of the validation rows.
const splits = 500

// selection measures the optimism of choosing the best run on the validation rows:
// it halves the rows at random, chooses the best run on one half, and scores it on
// the other.
func selection(task jglue.Task, h Header, rows []Row) result.Selection {
	s := result.Selection{Model: rows[0].Model, Task: task.Name, Runs: len(rows), Splits: splits}
	random := rand.New(rand.NewPCG(1, uint64(len(h.Labels))))
	order := make([]int, len(h.Labels))
	for i := range order {
		order[i] = i
	}
	labels, predictions := make([]float64, len(order)), make([]float64, len(order))
	score := func(row Row, members []int) float64 {
		for i, at := range members {
			labels[i], predictions[i] = h.Labels[at], row.Predictions[at]
		}
		score, _ := task.Score(labels[:len(members)], predictions[:len(members)])
		return score
	}
	for range splits {
		random.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
		one, other := order[:len(order)/2], order[len(order)/2:]
		best, chosen := 0, score(rows[0], one)
		for i := 1; i < len(rows); i++ {
			if x := score(rows[i], one); x > chosen {
				best, chosen = i, x
			}
		}
		s.Chosen += chosen / splits
		s.HeldOut += score(rows[best], other) / splits
	}
	return s
}
