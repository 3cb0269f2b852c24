package sweep

import (
	"math"
	"math/rand/v2"
	"testing"

	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/result"
)

// coins are runs that guess, each row right with a probability.
func coins(random *rand.Rand, n int, right ...float64) (Header, []Row) {
	h := Header{Labels: make([]float64, n)}
	rows := make([]Row, len(right))
	for k, p := range right {
		rows[k].FineTuneRun = result.FineTuneRun{Model: "coin", Task: "JCoLA", LR: float64(k + 1)}
		rows[k].Predictions = make([]float64, n)
		for i := range n {
			if random.Float64() > p {
				rows[k].Predictions[i] = 1
			}
		}
	}
	return h, rows
}

// Of many runs that are equally good the best is so by chance: what it seems
// to be better by is lost on other rows. One run has nothing to be chosen from,
// and a run that is far better than the others is chosen for a reason.
func TestSelection(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	equal := make([]float64, 36)
	for i := range equal {
		equal[i] = 0.8
	}
	h, rows := coins(random, 1000, equal...)
	s := selection(jglue.JCoLA, h, rows)
	// The best of 36 binomials of 500 rows lies about 2.1 deviations of 0.018 above.
	if s.Runs != 36 || s.Optimism() < 0.02 || s.Optimism() > 0.06 || math.Abs(s.HeldOut-0.8) > 0.02 {
		t.Errorf("36 equal runs: %+v, worth %.4f", s, s.Optimism())
	}
	h, rows = coins(random, 1000, 0.8)
	if s := selection(jglue.JCoLA, h, rows); math.Abs(s.Optimism()) > 0.003 {
		t.Errorf("one run: %+v", s)
	}
	h, rows = coins(random, 1000, 0.95, 0.5, 0.5, 0.5)
	if s := selection(jglue.JCoLA, h, rows); math.Abs(s.Optimism()) > 0.003 || s.Chosen < 0.93 {
		t.Errorf("one good run of four: %+v", s)
	}
}
