package metric

import (
	"math"
	"slices"
)

// Closer returns the probability that a positive pair taken at random is
// closer than a random pair taken at random, equal distances counting half
// (the area under the ROC curve): 1 is a clean separation, 0.5 none. The
// arguments are distances of pairs; NaN where either is empty.
func Closer(positive, random []float32) float64 {
	sorted := slices.Sorted(slices.Values(random))
	sum := 0
	for _, d := range positive {
		from, _ := slices.BinarySearch(sorted, d)
		to := from
		for to < len(sorted) && sorted[to] == d {
			to++
		}
		sum += 2*(len(sorted)-to) + (to - from)
	}
	return float64(sum) / 2 / float64(len(positive)) / float64(len(random))
}

// CloserError returns the standard error of [Closer]'s value over m positive
// and n random pairs, as Hanley and McNeil (1982) for exponential distances.
func CloserError(value float64, m, n int) float64 {
	both := 2 * value * value / (1 + value) // two positive pairs are closer than a random one
	one := value / (2 - value)              // a positive pair is closer than two random ones
	square := value * value
	v := value*(1-value) + float64(m-1)*(both-square) + float64(n-1)*(one-square)
	return math.Sqrt(max(v, 0) / float64(m) / float64(n))
}

// DistanceUniformity returns [Uniformity] over given pairs alone, from their
// squared distances: the log of the mean of exp(-2d).
func DistanceUniformity(squared []float32) float64 {
	sum := 0.0
	for _, d := range squared {
		sum += kernel(float64(d))
	}
	return math.Log(sum / float64(len(squared)))
}
