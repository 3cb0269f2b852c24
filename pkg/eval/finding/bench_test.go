package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

func TestBenchFindings(t *testing.T) {
	row := func(task, program string, length int, rate float64, memory int64) result.BenchRow {
		return result.BenchRow{Task: task, Program: program, Compute: "float32", Length: length, Rates: []float64{rate}, PeakMemory: memory, Operations: 10}
	}
	const gib = 1 << 30
	b := &result.Bench{Machine: result.Machine{Peak: map[string]float64{"float32": 4000}}, Rows: []result.BenchRow{
		row("train", result.Ours, 512, 200, gib), row("train", "peer", 512, 100, gib),
		row("train", result.Ours, 8192, 120, 3*gib), row("train", "peer", 8192, 40, 5*gib),
		row("forward", result.Ours, 512, 90, 0), row("forward", "peer", 512, 100, 0),
		row("forward", result.Ours, 1024, 90, 0), row("forward", "peer", 1024, 50, 0), row("forward", "compiled", 512, 120, 0), row("forward", "compiled", 1024, 45, 0),
		row("train", "peer", 1024, 1, 0), // ours was not measured
	}}
	want := []string{
		"Training in float32: ours is 2.00 to 3.00 times as fast as peer, over 2 cases.",
		"The forward pass in float32: ours is 0.90 to 1.80 times as fast as peer, over 2 cases.",
		"The forward pass in float32: ours is 0.75 to 2.00 times as fast as compiled, over 2 cases.",
		"The forward pass in float32: ours is 0.75 to 1.80 times as fast as the fastest of the others, over 2 cases.",
		"Training in float32 at 8192 tokens a text runs at 60 % of the rate at 512, peer's at 40 %.",
		"At 8192 tokens ours needs 3.0 GiB at most, peer 5.0 GiB.",
		"Of the machine's measured peak for float32 matrix products, training at 512 tokens reaches 50 %, peer 25 %.",
	}
	if diff := cmp.Diff(want, Of(b)); diff != "" {
		t.Error(diff)
	}
}

// The bounds of a ratio are of single turns where both rows have as many.
func TestRatio(t *testing.T) {
	ours, theirs := result.BenchRow{Rates: []float64{30, 20, 10}}, result.BenchRow{Rates: []float64{10, 10, 20}}
	if ratio, low, high := Ratio(ours, theirs); ratio != 2 || low != 0.5 || high != 3 {
		t.Errorf("%g, %g to %g", ratio, low, high)
	}
	theirs.Rates = []float64{10, 20}
	if ratio, low, high := Ratio(ours, theirs); ratio != 20./15 || low != 0.5 || high != 3 {
		t.Errorf("of different turns: %g, %g to %g", ratio, low, high)
	}
}
