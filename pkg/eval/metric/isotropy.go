package metric

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// IsoScore returns how evenly the rows spread over the dimensions: 1 where the
// covariance is the same in every direction, 0 where all rows lie on a line
// (Rudman et al., 2022, Algorithm 1). The mean does not count: unlike
// [Uniformity] it does not see how far from the origin all rows lie. NaN for
// fewer than two rows or dimensions, and where all rows are equal.
//
// The algorithm normalises the covariance's eigenvalues λ and measures their
// distance from equal ones. That comes to ((Σλ)²/Σλ² - 1)/(n-1) in n
// dimensions, and both sums are known without the eigenvalues: the trace of the
// covariance and the sum of its squared entries. With few rows for the
// dimensions the estimate is too low, since a sample of m rows spans fewer
// than m dimensions.
func IsoScore(e *Embeddings) float64 {
	if e.n < 2 || e.dim < 2 {
		return math.NaN()
	}
	var covariance mat.SymDense
	stat.CovarianceMatrix(&covariance, mat.NewDense(e.n, e.dim, e.data), nil)
	trace, norm := covariance.Trace(), mat.Norm(&covariance, 2)
	if norm == 0 {
		return math.NaN()
	}
	return (trace*trace/(norm*norm) - 1) / float64(e.dim-1)
}
