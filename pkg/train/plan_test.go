package train

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlan(t *testing.T) {
	p := Planner{Lengths: []int{32, 64, 128}, Tokens: 256, Overhead: 40}
	for _, test := range []struct {
		lengths []int
		want    []Part
	}{
		{[]int{10, 128, 20, 100, 60, 25, 30}, []Part{
			{Rows: []int{1, 3}, Height: 2, Length: 128},
			{Rows: []int{4}, Height: 1, Length: 64},
			{Rows: []int{6, 5, 2, 0}, Height: 4, Length: 32},
		}},
		// An empty row is less than another micro-batch.
		{[]int{5, 20, 10}, []Part{{Rows: []int{1, 2, 0}, Height: 4, Length: 32}}},
	} {
		if diff := cmp.Diff(test.want, p.Plan(test.lengths)); diff != "" {
			t.Error(diff)
		}
	}
	p.Overhead = 1000 // one micro-batch less is worth the padding
	if got := p.Plan([]int{60, 30, 20, 10}); len(got) != 1 || got[0].Length != 64 {
		t.Errorf("dear micro-batches: %+v", got)
	}
	p = Planner{Lengths: []int{96}, Tokens: 4096, Rows: 32, Multiple: 4}
	if got := p.Plan(make([]int, 32)); len(got) != 1 || got[0].Height != 32 {
		t.Errorf("32 rows, no more wanted: %+v", got)
	}
	if got := p.Plan(make([]int, 3)); len(got) != 1 || got[0].Height != 4 {
		t.Errorf("3 rows, multiple 4: %+v", got)
	}
}

// Every row stands in exactly one part, fits it, and no part is too large.
func TestPlanHoldsEveryRow(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		longest := 1 + random.IntN(600)
		p := Planner{Lengths: Ladder(longest), Tokens: 1 + random.IntN(4000), Rows: random.IntN(40), Multiple: random.IntN(4), Overhead: random.IntN(500)}
		lengths := make([]int, random.IntN(50))
		for i := range lengths {
			lengths[i] = 1 + random.IntN(longest+20)
		}
		var seen []int
		for _, part := range p.Plan(lengths) {
			for _, row := range part.Rows {
				if lengths[row] > part.Length {
					t.Fatalf("row of length %d in a part of length %d", lengths[row], part.Length)
				}
			}
			multiple := max(1, p.Multiple)
			if len(part.Rows) == 0 || len(part.Rows) > part.Height || part.Height%multiple != 0 {
				t.Fatalf("%+v with multiple %d", part, multiple)
			}
			if part.Positions() > p.Tokens && part.Height > multiple {
				t.Fatalf("%d positions, the limit is %d", part.Positions(), p.Tokens)
			}
			seen = append(seen, part.Rows...)
		}
		slices.Sort(seen)
		for i, row := range seen {
			if i != row {
				t.Fatalf("rows %v of %d", seen, len(lengths))
			}
		}
		if len(seen) != len(lengths) {
			t.Fatalf("%d rows of %d", len(seen), len(lengths))
		}
	}
}
