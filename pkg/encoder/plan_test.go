package encoder

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/lengths"
)

func wants(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("error %v, want one with %q", err, part)
	}
}

func TestPlan(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		lengths := make([]int, random.IntN(300))
		for i := range lengths {
			lengths[i] = 1 + int(1000*random.Float64()*random.Float64()*random.Float64())
		}
		p := planner{longest: 1000, tokens: 1 << random.IntN(13), rows: random.IntN(40), compile: random.IntN(2) * random.IntN(20000)}
		var seen []int
		shapes := map[int]map[int]bool{}
		for _, b := range p.plan(lengths) {
			if len(b.Rows) == 0 || len(b.Rows) > b.Height {
				t.Fatalf("%+v: %d inputs in %d rows", p, len(b.Rows), b.Height)
			}
			if b.Height > 1 && (b.Height*b.Length > p.tokens || p.rows > 0 && b.Height > p.rows) {
				t.Fatalf("%+v: a batch of %d x %d", p, b.Height, b.Length)
			}
			for _, i := range b.Rows {
				if lengths[i] > b.Length {
					t.Fatalf("%+v: %d tokens in rows of %d", p, lengths[i], b.Length)
				}
			}
			seen = append(seen, b.Rows...)
			if shapes[b.Length] == nil {
				shapes[b.Length] = map[int]bool{}
			}
			shapes[b.Length][b.Height] = true
		}
		slices.Sort(seen)
		for i, k := range seen {
			if i != k {
				t.Fatalf("%+v: inputs %v", p, seen)
			}
		}
		if len(seen) != len(lengths) {
			t.Fatalf("%+v: %d of %d inputs", p, len(seen), len(lengths))
		}
		most := 0
		for _, rows := range shapes {
			most += len(rows)
		}
		if most > len(shapes)+1 { // the last batch alone may be a smaller one
			t.Errorf("%+v: shapes %v", p, shapes)
		}
	}
}

// The graphs that are there are used where that is cheaper than another one:
// longer ones, and for the last inputs those of more rows.
func TestPlanReuses(t *testing.T) {
	p := planner{longest: 512, tokens: 1024, compile: 3000}
	for _, c := range []struct {
		name       string
		n          int
		ready      [2]int
		rows, long int
	}{
		{"nothing there", 3, [2]int{}, 4, 112},
		{"longer", 3, [2]int{2, 512}, 2, 512},
		{"more rows", 3, [2]int{9, 112}, 9, 112},
		{"too long for so many", 30, [2]int{2, 512}, 9, 112},
	} {
		p.compiled = map[[2]int]bool{c.ready: true}
		got := p.plan(slices.Repeat([]int{100}, c.n))
		if last := got[len(got)-1]; last.Height != c.rows || last.Length != c.long {
			t.Errorf("%s: a batch of %d x %d, want %d x %d", c.name, last.Height, last.Length, c.rows, c.long)
		}
	}
}

// TestPlanTrades pads further where a graph would cost more, and does not
// where it is compiled already or there are many inputs.
func TestPlanTrades(t *testing.T) {
	lengthsOf := func(batches []lengths.Batch) (out []int) {
		for _, b := range batches {
			out = append(out, b.Length)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	few := []int{500, 100, 100, 100}
	many := append(slices.Repeat([]int{100}, 1000), 500)
	p := planner{longest: 512, tokens: 512, compile: 5000}
	for _, c := range []struct {
		name    string
		lengths []int
		ready   map[[2]int]bool
		want    []int
	}{
		{"few", few, nil, []int{512}},
		{"many", many, nil, []int{112, 512}},
		{"few, compiled", few, map[[2]int]bool{{4, 128}: true}, []int{128, 512}},
	} {
		p.compiled = c.ready
		if diff := cmp.Diff(c.want, lengthsOf(p.plan(c.lengths))); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}
