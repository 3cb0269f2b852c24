package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// isotropy is testdata/isotropy.json, which testdata/isotropy.py makes with numpy.
type isotropy struct {
	IsoScores []struct {
		Dim      int
		Rows     []float32
		IsoScore float64
		Unit     float64 `json:"unit_isoscore"`
	}
	Intervals []struct {
		Series   [][2][]float64
		Interval [3]float64
	}
}

func loadIsotropy(t *testing.T) (g isotropy) {
	t.Helper()
	data, err := os.ReadFile("testdata/isotropy.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil || len(g.IsoScores) == 0 || len(g.Intervals) == 0 {
		t.Fatalf("%v, %+v", err, g)
	}
	return g
}

func TestIsoScore(t *testing.T) {
	for _, c := range loadIsotropy(t).IsoScores {
		rows, err := Rows(c.Rows, c.Dim)
		if err != nil {
			t.Fatal(err)
		}
		unit, err := Normalize(c.Rows, c.Dim)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "IsoScore", c.IsoScore, IsoScore(rows), close12)
		check(t, "IsoScore of unit rows", c.Unit, IsoScore(unit), close12)
	}
}

// TestIsoScoreEdges checks the ends of the scale: equal variance in both
// dimensions, a line, and rows that are equal.
func TestIsoScoreEdges(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []float32
		dim  int
		want float64
	}{
		{"a square far from the origin", []float32{100, 100, 101, 100, 100, 101, 101, 101}, 2, 1},
		{"a line", []float32{0, 0, 1, 1, 5, 5}, 2, 0},
		{"one point", []float32{1, 2, 1, 2}, 2, math.NaN()},
		{"one row", []float32{1, 2}, 2, math.NaN()},
		{"one dimension", []float32{1, 2}, 1, math.NaN()},
	} {
		e, err := Rows(c.rows, c.dim)
		if err != nil {
			t.Fatal(err)
		}
		if got := IsoScore(e); math.Abs(got-c.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRankCorrelation(t *testing.T) {
	for _, c := range loadIsotropy(t).Intervals {
		var all []Series
		for _, s := range c.Series {
			all = append(all, Series{s[0], s[1]})
		}
		low, rho, high := RankCorrelation(all...)
		check(t, "interval", c.Interval, [3]float64{low, rho, high}, close12)
	}
	short := Series{[]float64{1, 2, 3}, []float64{1, 2, 3}}
	flat := Series{[]float64{1, 2, 3, 4}, []float64{5, 5, 5, 5}}
	if low, rho, high := RankCorrelation(short, flat); !math.IsNaN(low) || !math.IsNaN(rho) || !math.IsNaN(high) {
		t.Errorf("three pairs and a constant have the correlation %v, %v to %v", rho, low, high)
	}
}

// TestChanges has two measures that rise together and whose changes do not.
func TestChanges(t *testing.T) {
	s := Series{[]float64{1, 2, 4, 5, 7}, []float64{1, 3, 4, 6, 7}}
	check(t, "changes", Series{[]float64{1, 2, 1, 2}, []float64{2, 1, 2, 1}}, s.Changes())
	if levels, changes := Spearman(s.X, s.Y), Spearman(s.Changes().X, s.Changes().Y); levels != 1 || changes != -1 {
		t.Errorf("levels %v, changes %v; want 1 and -1", levels, changes)
	}
}
