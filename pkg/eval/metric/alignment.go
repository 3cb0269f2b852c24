package metric

import "math"

// Alignment returns the mean of |x-y|² over pairs (row i of x, row i of y) of unit
// embeddings, in [0, 4] (Wang and Isola, 2020). NaN without a pair.
func Alignment(x, y *Embeddings) float64 {
	sum := 0.0
	for _, d := range x.SquaredDistances(y) {
		sum += d
	}
	return sum / float64(x.n)
}

// Uniformity returns the log of the mean of exp(-2|x-y|²) over all ordered pairs of two
// different rows, in [-8, 0] (Wang and Isola, 2020, t = 2), as the authors'
// script computes it. NaN for fewer than two rows.
func Uniformity(e *Embeddings) float64 {
	sum := 0.0
	e.Cosines(e, func(row int, cosines []float64) {
		for i, c := range cosines {
			if i != row {
				sum += kernel(2 - 2*c)
			}
		}
	})
	return math.Log(sum / float64(e.n) / float64(e.n-1))
}

// PairUniformity returns [Uniformity] over the pairs (row i of x, row i of y)
// alone, as the paper words it.
func PairUniformity(x, y *Embeddings) float64 {
	sum := 0.0
	for _, d := range x.SquaredDistances(y) {
		sum += kernel(d)
	}
	return math.Log(sum / float64(x.n))
}

// kernel returns the Gaussian potential of a squared distance, t = 2. A distance is
// not below 0, whatever rounding says.
func kernel(d float64) float64 { return math.Exp(-2 * max(d, 0)) }
