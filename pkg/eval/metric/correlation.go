package metric

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Pearson returns the linear correlation of x and y, in [-1, 1]. NaN for fewer than
// two pairs and where x or y is constant (as scipy). The lengths must be equal.
func Pearson(x, y []float64) float64 {
	if len(x) != len(y) {
		panic("Pearson: x and y differ in length")
	}
	if len(x) < 2 || constant(x) || constant(y) {
		return math.NaN()
	}
	return max(-1, min(1, stat.Correlation(x, y, nil))) // rounding passes 1 in a quarter of perfect correlations
}

func constant(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}

// Spearman returns the Pearson correlation of the ranks, ties having the mean of
// theirs; NaN where [Pearson] is.
func Spearman(x, y []float64) float64 {
	if slices.ContainsFunc(x, math.IsNaN) || slices.ContainsFunc(y, math.IsNaN) {
		return math.NaN()
	}
	return Pearson(MeanRanks(x), MeanRanks(y))
}

// MeanRanks returns the ranks from 1 in ascending order; equal values share the
// mean of theirs (scipy's rankdata).
func MeanRanks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	ranks := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+1+to) / 2
		}
		from = to
	}
	return ranks
}
