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

// A Series is paired values in some order, such as two measures along the
// checkpoints of a run.
type Series struct{ X, Y []float64 }

// Changes returns the differences between neighbours in the series. Two measures that
// both rise all the time correlate whatever they have to do with each other;
// their changes need not.
func (s Series) Changes() Series {
	var d Series
	for i := 1; i < len(s.X); i++ {
		d.X, d.Y = append(d.X, s.X[i]-s.X[i-1]), append(d.Y, s.Y[i]-s.Y[i-1])
	}
	return d
}

// RankCorrelation returns the [Spearman] correlation of one or several series
// and its 95 % confidence interval. Fisher's transform of each series'
// correlation has the variance 1.06/(n-3) (Fieller, Hartley and Pearson,
// 1957); series are combined with its inverse as weight (Hedges and Olkin,
// 1985). A correlation of ±1, whose interval would be a point, is taken half a
// step of the scale nearer to 0. Series of fewer than four pairs and of a
// constant are left out; all three are NaN where no series is left.
//
// The variance is that of independent pairs. Checkpoints of one run are not:
// the interval is too narrow where both measures drift.
func RankCorrelation(all ...Series) (low, rho, high float64) {
	weight, sum := 0.0, 0.0
	for _, s := range all {
		n, r := float64(len(s.X)), Spearman(s.X, s.Y)
		if n < 4 || math.IsNaN(r) {
			continue
		}
		limit := 1 - 6/(n*n*n-n)
		w := (n - 3) / 1.06
		weight, sum = weight+w, sum+w*math.Atanh(max(-limit, min(limit, r)))
	}
	mean, half := sum/weight, Z95/math.Sqrt(weight) // 0/0 is NaN
	if weight == 0 {
		half = math.NaN()
	}
	return math.Tanh(mean - half), math.Tanh(mean), math.Tanh(mean + half)
}
