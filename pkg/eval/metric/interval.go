package metric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Z95 is the 97.5 % point of the normal distribution: two-sided 95 %.
const Z95 = 1.959964

// MedianInterval returns the median of x and the 95 % confidence interval of
// the population's median, from order statistics: it assumes no distribution.
// With fewer than six values the interval is infinite; NaN for none.
func MedianInterval(x []float64) (low, median, high float64) {
	_, median, _ = Quartiles(x)
	n := len(x)
	if n < 6 { // the whole range covers less than 95 %
		return math.Inf(-1), median, math.Inf(1)
	}
	sorted := slices.Sorted(slices.Values(x))
	half := Z95 * math.Sqrt(float64(n)) / 2
	from := max(1, int(math.Round(float64(n)/2-half)))
	to := min(n, int(math.Round(1+float64(n)/2+half)))
	return sorted[from-1], median, sorted[to-1]
}

// MeanInterval returns the mean of at least two values, and the half width of its
// 95 % interval (Student's t).
func MeanInterval(x []float64) (mean, half float64) {
	mean, deviation := stat.MeanStdDev(x, nil)
	n := float64(len(x))
	return mean, distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * deviation / math.Sqrt(n)
}

// ShareInterval returns the 95 % confidence interval of a share of which k of
// n were seen (Wilson, 1927); 0 to 1 where n is 0.
func ShareInterval(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	scale := 1 + Z95*Z95/m
	centre := (p + Z95*Z95/(2*m)) / scale
	half := Z95 / scale * math.Sqrt(p*(1-p)/m+Z95*Z95/(4*m*m))
	return max(0, centre-half), min(1, centre+half)
}

// DifferenceError returns the standard error of the difference of two shares,
// each of n, as if they were seen on different samples. On the same sample,
// where they rise and fall together, it is too large, and so on the safe side.
func DifferenceError(p, q float64, n int) float64 {
	return math.Sqrt((p*(1-p) + q*(1-q)) / float64(n))
}

// Significant tells whether a difference is larger than 95 % of those that
// chance alone makes at a standard error.
func Significant(difference, standardError float64) bool {
	return math.Abs(difference) > Z95*standardError
}
