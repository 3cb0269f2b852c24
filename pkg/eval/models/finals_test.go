package models

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

func TestFinals(t *testing.T) {
	at := func(stage, step int) Model { return Model{result.Checkpoint{Stage: stage, Step: step}, "r"} }
	m := Model{result.Checkpoint{Name: "m"}, "m"}
	if diff := cmp.Diff([]Model{at(1, 9), at(2, 0), m}, Finals([]Model{at(1, 0), at(1, 9), at(2, 0), m})); diff != "" {
		t.Error(diff)
	}
}
