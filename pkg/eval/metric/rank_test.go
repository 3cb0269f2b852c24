package metric

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTop(t *testing.T) {
	scores := []float64{1, 3, math.NaN(), 3, 2, 3}
	for k, want := range map[int][]int{-1: {}, 0: {}, 2: {1, 3}, 4: {1, 3, 5, 4}, 9: {1, 3, 5, 4, 0, 2}} {
		if diff := cmp.Diff(want, Top(scores, k)); diff != "" {
			t.Errorf("%d: %s", k, diff)
		}
		for place, i := range Top(scores, k) {
			if rank := Rank(scores, i); rank != place+1 {
				t.Errorf("entry %d is at place %d of Top, but its rank is %d", i, place+1, rank)
			}
		}
	}
}

func TestEmbeddingsString(t *testing.T) {
	e, err := Normalize(make([]float32, 12), 4)
	if got := fmt.Sprint(e); got != "3 embeddings of 4 numbers" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
