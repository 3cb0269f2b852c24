package bench

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

// Each repetition is a new process: a cold one finds no compiled program, a warm one
// those of the process before it.
func TestFirst(t *testing.T) {
	cold, warm := Case{Task: Matmul, Compute: "float32", Start: Cold}, Case{Task: Matmul, Compute: "float32", Start: Warm}
	for _, test := range []struct {
		c    Case
		side string
		err  string
	}{{cold, "new", ""}, {warm, "new", "a program is there"}, {warm, "2", ""}} {
		opt := options(t, fakeSides(t, test.side, test.side), test.c)
		var said []string
		opt.Report = func(line string) { said = append(said, line) }
		rows, err := Run(t.Context(), opt)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s, %s: error %v, want %q", test.c, test.side, err, test.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 2 || len(rows[0].Rates) != opt.Repeats || rows[1].Task != test.c.task() {
			t.Errorf("%s: rows %+v", test.c, rows)
		}
		if last := said[len(said)-1]; !strings.Contains(last, "side 0 ") || !strings.Contains(last, " s (") {
			t.Errorf("reported %q", said)
		}
	}
	if _, err := Run(t.Context(), options(t, fakeSides(t, "2", "2.1"), warm)); err == nil || !strings.Contains(err.Error(), "nothing was timed") {
		t.Errorf("sides that disagree: %v", err)
	}
}

// The three waits are measured cold and warm, by us and the required peer alone.
func TestFirstCases(t *testing.T) {
	var got, sides []string
	for _, c := range Presets[0].Cases([]string{First}, "float32") {
		got = append(got, c.task())
		for _, side := range append([]Side{Ours("ours")}, Peers("xla:cpu", "python")...) {
			if side.takes(c) {
				sides = append(sides, side.Names[c.Task])
			}
		}
	}
	want := []string{"first-embed-cold", "first-fill-mask-cold", "first-train-cold", "first-embed-warm", "first-fill-mask-warm", "first-train-warm"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	once := []string{result.Ours, "sentence-transformers", result.Ours, "transformers-sdpa", result.Ours, "transformers-sdpa"}
	if diff := cmp.Diff(append(once, once...), sides); diff != "" {
		t.Error(diff)
	}
}

func TestWaits(t *testing.T) {
	rows := []result.BenchRow{{Program: result.Ours, Rates: []float64{0.5, 1, 0.5}}, {Program: "theirs", Rates: []float64{0.1}}}
	if got, want := waits(rows), "ours 2.00 s (1.00 to 2.00); theirs 10.00 s (10.00 to 10.00), 5.0 times ours"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
