package figure

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// histogram counts values in n equal bins over their own range, as numpy
// does: each bin is closed below and open above, the last closed. edges has
// n+1 values.
func histogram(values []float64, n int) (heights, edges []float64) {
	low, high := limits(values)
	return histogramOver(values, low, high, n)
}

// limits returns the least and the greatest of values; for equal values, as
// numpy, a range of one around them.
func limits(values []float64) (low, high float64) {
	low, high = slices.Min(values), slices.Max(values)
	if low == high {
		return low - 0.5, high + 0.5
	}
	return low, high
}

// histogramOver counts as histogram does, over a range that holds all values.
func histogramOver(values []float64, low, high float64, n int) (heights, edges []float64) {
	edges = make([]float64, n+1)
	for i := range edges {
		edges[i] = low + (high-low)*float64(i)/float64(n)
	}
	heights = make([]float64, n)
	for _, v := range values {
		i := min(int((v-low)/(high-low)*float64(n)), n-1)
		// the division's rounding must not put a value on the wrong side
		for i > 0 && v < edges[i] {
			i--
		}
		for i < n-1 && v >= edges[i+1] {
			i++
		}
		heights[i]++
	}
	return heights, edges
}

// density returns the Gaussian kernel density of values, with Scott's rule for
// the width, as scipy's gaussian_kde: h = n^(-1/5) times the sample deviation.
// density is nil where all values are equal.
func density(values []float64) func(x float64) float64 {
	n := float64(len(values))
	if len(values) < 2 {
		return nil
	}
	h := stat.StdDev(values, nil) * math.Pow(n, -0.2)
	if h == 0 {
		return nil
	}
	return func(x float64) float64 {
		sum := 0.0
		for _, v := range values {
			z := (x - v) / h
			sum += math.Exp(-z * z / 2)
		}
		return sum / (n * h * math.Sqrt(2*math.Pi))
	}
}

// bars draws a histogram's heights.
func (p *panel) bars(heights, edges []float64, fill color.NRGBA, alpha float64) {
	p.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
		for i, h := range heights {
			if h > 0 {
				box(c, fade(fill, alpha), x(edges[i]), y(0), x(edges[i+1]), y(h))
			}
		}
	})
}

// densityLine returns the kernel density scaled to a histogram's counts, on the
// histogram's range.
func densityLine(values, edges []float64) xys {
	f := density(values)
	if f == nil {
		return nil
	}
	const points = 200
	low, high := edges[0], edges[len(edges)-1]
	area := float64(len(values)) * (edges[1] - edges[0])
	out := make(xys, points+1)
	for i := range out {
		x := low + (high-low)*float64(i)/points
		out[i] = xy{X: x, Y: area * f(x)}
	}
	return out
}

func maximum(xs []float64) float64 {
	m := 0.0
	for _, x := range xs {
		m = math.Max(m, x)
	}
	return m
}
