package figure

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/vg"

	"llmjp.internal/modernbert/pkg/result"
)

func TestTimeLabels(t *testing.T) {
	var all []result.EmbeddingScore
	var at []vg.Point
	for i, x := range []vg.Length{0, 100, 103, 300, 301, 302, 303.4, 303.5, 307, 350} {
		all = append(all, result.EmbeddingScore{Checkpoint: result.Checkpoint{Stage: 1 + i/5, Step: 1000 * i}})
		at = append(at, vg.Point{X: x, Y: x / 1e6})
	}
	want := []string{"0", "", "1k, 2k", "", "", "", "3k … s2 6k", "s2 7k", "s2 8k", "s2 9k"}
	if diff := cmp.Diff(want, timeLabels(all, at)); diff != "" {
		t.Error(diff)
	}
	if got := timeLabels(nil, nil); len(got) != 0 {
		t.Error(got)
	}
}

func TestLateCheckpoints(t *testing.T) {
	points := func(uniformities ...float64) (out []result.EmbeddingScore) {
		for i, u := range uniformities {
			out = append(out, result.EmbeddingScore{Checkpoint: result.Checkpoint{Stage: 1, Step: i}, Uniformity: u})
		}
		return out
	}
	for _, c := range []struct {
		all  []result.EmbeddingScore
		late int
	}{
		{nil, 0},
		{points(-1), 1},
		{points(-2, -1, -0.1, 0), 2},
		{points(-2, 0, -1, -0.1, -0.2, 0), 3}, // what comes back is not late
		{points(0, 0, 0), 3},
	} {
		late := lateCheckpoints(c.all)
		if len(late) != c.late || c.late > 0 && late[len(late)-1] != c.all[len(c.all)-1] {
			t.Errorf("%v: %v, want the last %d", c.all, late, c.late)
		}
	}
	var nothing NothingToDraw
	if _, err := AlignmentZoom(&result.AlignmentUniformity{Checkpoints: points(-2, 0)}); !errors.As(err, &nothing) {
		t.Errorf("one late checkpoint: %v", err)
	}
}
