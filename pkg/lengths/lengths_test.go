package lengths

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLadder(t *testing.T) {
	for _, test := range []struct {
		step, longest int
		want          []int
	}{
		{32, 20, []int{20}},
		{32, 32, []int{32}},
		{32, 100, []int{32, 64, 96, 100}},
		{32, 300, []int{32, 64, 96, 128, 160, 192, 224, 256, 300}},
		{16, 64, []int{16, 32, 48, 64}},
		{16, 270, []int{16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 270}},
	} {
		if diff := cmp.Diff(test.want, Ladder(test.step, test.longest)); diff != "" {
			t.Errorf("Ladder(%d, %d): %s", test.step, test.longest, diff)
		}
	}
}

func TestDescending(t *testing.T) {
	if diff := cmp.Diff([]int{3, 0, 2, 1}, Descending([]int{5, 1, 5, 9})); diff != "" {
		t.Error(diff)
	}
	rungs := []int{32, 64, 96}
	for length, want := range map[int]int{1: 0, 32: 0, 33: 1, 96: 2} {
		if got := Rung(rungs, length); got != want {
			t.Errorf("Rung(%d) = %d, want %d", length, got, want)
		}
	}
}
