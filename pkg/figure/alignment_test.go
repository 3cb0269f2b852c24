package figure

import (
	"errors"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
)

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
