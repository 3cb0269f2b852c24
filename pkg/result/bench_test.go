package result

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBenchAdd(t *testing.T) {
	row := func(task string, length int, rate float64) BenchRow {
		return BenchRow{Task: task, Program: Ours, Compute: "float32", Length: length, Rates: []float64{rate}}
	}
	old := &Bench{
		Provenance: Provenance{Seconds: 10},
		Machine:    Machine{Peak: map[string]float64{"float32": 1, "bfloat16": 2}},
		Rows:       []BenchRow{row("train", 512, 1), row("train", 1024, 2)},
	}
	b := &Bench{
		Provenance: Provenance{Seconds: 5},
		Machine:    Machine{Peak: map[string]float64{"float32": 3}},
		Rows:       []BenchRow{row("train", 1024, 4), row("forward", 1024, 5)},
	}
	b.Add(old)
	if diff := cmp.Diff([]BenchRow{row("train", 512, 1), row("train", 1024, 4), row("forward", 1024, 5)}, b.Rows); diff != "" {
		t.Error(diff)
	}
	if b.Machine.Peak["float32"] != 3 || b.Machine.Peak["bfloat16"] != 2 || b.Provenance.Seconds != 15 {
		t.Errorf("%+v %+v", b.Machine, b.Provenance)
	}
}
