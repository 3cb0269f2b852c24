package figure

import (
	"fmt"
	"math"
)

// A Sample is a named set of values of Histograms.
type Sample struct {
	Name   string
	Values []float64
}

// Histogram draws how values are distributed, in equal bins over their range.
func Histogram(l Labels, values []float64, bins int) (*Figure, error) {
	return Histograms(l, bins, Sample{Values: values})
}

// Histograms draws how the values of samples are distributed, one before the
// other, in equal bins over the range of all samples.
func Histograms(l Labels, bins int, samples ...Sample) (*Figure, error) {
	var all []float64
	for _, s := range samples {
		if len(s.Values) == 0 {
			return nil, fmt.Errorf("figure %s: no values of %q", l.Name, s.Name)
		}
		all = append(all, s.Values...)
	}
	if len(all) == 0 || bins < 1 {
		return nil, fmt.Errorf("figure %s: %d values in %d bins", l.Name, len(all), bins)
	}
	return single(l, 0.55, func(style Style, p *panel) ([]key, error) { return p.histograms(style, bins, all, samples), nil })
}

func (p *panel) histograms(style Style, bins int, all []float64, samples []Sample) []key {
	low, high := limits(all)
	p.X.Min, p.X.Max = low, high
	p.X.Marker = ticks{about: 6, format: short}
	p.Y.Min = 0
	var keys []key
	var draws []func()
	for i, s := range samples {
		heights, edges := histogramOver(s.Values, low, high, bins)
		p.Y.Max = math.Max(p.Y.Max, 1.05*maximum(heights))
		c, alpha := style.color(i), 1.0
		if len(samples) > 1 {
			alpha = 0.6
		}
		if s.Name != "" {
			keys = append(keys, key{label: s.Name, color: fade(c, alpha), fill: true})
		}
		draws = append(draws, func() { p.bars(heights, edges, c, alpha) })
	}
	p.grid()
	for _, f := range draws {
		f()
	}
	return keys
}
