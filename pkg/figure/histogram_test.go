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

// Samples side by side stand in the same bins.
func TestHistogramsShareTheirBins(t *testing.T) {
	a, b := []float64{1, 2, 3}, []float64{2, 5}
	low, high := limits(append(append([]float64{}, a...), b...))
	heights, edges := histogramOver(a, low, high, 4)
	more, same := histogramOver(b, low, high, 4)
	for i, want := range []float64{1, 1, 1, 0} {
		if heights[i] != want || more[i] != []float64{0, 1, 0, 1}[i] || edges[i] != float64(i+1) || edges[i] != same[i] {
			t.Errorf("bin %d from %g: %g and %g", i, edges[i], heights[i], more[i])
		}
	}
	if _, err := Histograms(Labels{Name: "h"}, 4, Sample{Name: "a", Values: a}, Sample{Name: "none"}); err == nil {
		t.Error("a sample without values was drawn")
	}
	f, err := Histograms(Labels{Name: "h"}, 4, Sample{Name: "a", Values: a}, Sample{Name: "b", Values: b})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.PNG(1); err != nil {
		t.Error(err)
	}
}
