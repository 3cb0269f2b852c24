package figure

import (
	"math"
	"testing"
)

// numpy.histogram([0, 1, 1, 2, 4, 4], 4) and scipy.stats.gaussian_kde of the
// same at 0, 1.5, 4 (scipy 1.17.1): factor n^(-1/5), deviation with n-1.
func TestHistogramAsNumpy(t *testing.T) {
	values := []float64{0, 1, 1, 2, 4, 4}
	heights, edges := histogram(values, 4)
	for i, want := range []float64{1, 2, 1, 2} {
		if heights[i] != want {
			t.Errorf("heights %v, want [1 2 1 2]", heights)
			break
		}
	}
	if edges[0] != 0 || edges[4] != 4 || edges[1] != 1 {
		t.Errorf("edges %v", edges)
	}
	if heights, edges := histogram([]float64{3, 3}, 2); heights[1] != 2 || edges[0] != 2.5 || edges[2] != 3.5 {
		t.Errorf("equal values: %v %v", heights, edges)
	}
	f := density(values)
	for x, want := range scipyDensity {
		if math.Abs(f(x)-want) > 1e-12 {
			t.Errorf("density at %v is %.15f, want %.15f", x, f(x), want)
		}
	}
	if density([]float64{1, 1, 1}) != nil || density([]float64{1}) != nil {
		t.Error("a density of equal values")
	}
}

var scipyDensity = map[float64]float64{0: 0.1492510871881151, 1.5: 0.1922240095336075, 4: 0.1312876836019826}
