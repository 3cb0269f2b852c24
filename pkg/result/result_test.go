package result

import (
	"math"
	"testing"
)

func TestBestRetrieval(t *testing.T) {
	c := samples()[0].(*TrainingCurve)
	if s, e, ok := c.BestRetrieval(); !ok || s.Stage != 2 || e.Step != 10 {
		t.Errorf("got stage %d step %d %v", s.Stage, e.Step, ok)
	}
}

// The paper's printed averages are the means of its printed scores.
func TestPaperTable2(t *testing.T) {
	for _, r := range PaperTable2() {
		if mean := (r.JSTS + r.JNLI + r.JCoLA) / 3; math.Abs(mean-r.Average) > 0.05+1e-9 {
			t.Errorf("%s: mean %.3f, printed %.1f", r.Label(), mean, r.Average)
		}
	}
}

func TestSteps(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 500: "500", 1000: "1k", 1500: "1.5k", 15000: "15k", 1234: "1234", 500000: "500k"} {
		if got := Steps(n); got != want {
			t.Errorf("Steps(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestFinal(t *testing.T) {
	list := []Checkpoint{{Stage: 1, Step: 0}, {Stage: 1, Step: 9}, {Stage: 2, Step: 3}, {Name: "a"}, {Name: "b"}}
	for i, want := range []bool{false, true, true, true, true} {
		if list[i].Final(list) != want {
			t.Errorf("%s is final: %v", list[i].Label(), !want)
		}
	}
}
