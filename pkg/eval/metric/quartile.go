package metric

import (
	"math"
	"slices"
)

// Quartiles returns the lower quartile, median and upper quartile, interpolated
// between order statistics as numpy does by default; NaN for no values.
func Quartiles(x []float64) (lower, median, upper float64) {
	sorted := slices.Sorted(slices.Values(x))
	return quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)
}

func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
