package finding

import (
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// A BinRatio compares two models on the documents of a bin that both have: the
// geometric mean of the second's pseudo-perplexity over the first's, and its
// 95 % interval over documents (Student's t). The interval is free of the large
// differences between documents. With fewer than two documents it is NaN.
type BinRatio struct {
	Bin              result.LengthBin
	N                int
	Ratio, Low, High float64
}

// Told tells whether the interval excludes 1.
func (r BinRatio) Told() bool { return r.Low > 1 || r.High < 1 }

// Ratios compares two models document by document, bin by bin.
func Ratios(p *result.PseudoPerplexity, one, two result.ModelScores) []BinRatio {
	before := map[string]float64{}
	for _, d := range one.Documents {
		before[d.ID] = d.PPPL
	}
	out := make([]BinRatio, len(p.Bins))
	for i, bin := range p.Bins {
		var logs []float64
		for _, d := range two.Documents {
			if b := before[d.ID]; b > 0 && bin.Holds(d.Length) {
				logs = append(logs, math.Log(d.PPPL/b))
			}
		}
		r := BinRatio{Bin: bin, N: len(logs), Ratio: math.NaN(), Low: math.NaN(), High: math.NaN()}
		if r.N > 1 {
			mean, half := metric.MeanInterval(logs)
			r.Ratio, r.Low, r.High = math.Exp(mean), math.Exp(mean-half), math.Exp(mean+half)
		}
		out[i] = r
	}
	return out
}

// SecondStages returns the last checkpoints of two stage 2's, in the order of
// the result; ok is false where it has no two.
func SecondStages(p *result.PseudoPerplexity) (one, two result.ModelScores, ok bool) {
	var all []result.ModelScores
	last := 0
	for _, m := range p.Models {
		if m.Stage != 2 || m.Step < last {
			continue
		}
		if m.Step > last {
			all, last = nil, m.Step
		}
		all = append(all, m)
	}
	if len(all) < 2 {
		return one, two, false
	}
	return all[0], all[1], true
}

// sideBySide compares two stage 2's in the bins of the shortest and of the
// longest documents.
func sideBySide(p *result.PseudoPerplexity) (out []string) {
	one, two, ok := SecondStages(p)
	if !ok {
		return nil
	}
	var known []BinRatio
	for _, r := range Ratios(p, one, two) {
		if r.N > 1 {
			known = append(known, r)
		}
	}
	for i, r := range known {
		if i > 0 && i < len(known)-1 {
			continue
		}
		verdict := "no difference can be told"
		if r.Told() {
			verdict = "lower"
			if r.Low > 1 {
				verdict = "higher"
			}
		}
		out = append(out, fmt.Sprintf("%s against %s, the same %d documents of %s: the pseudo-perplexity is %.3g times as high (95 %% interval %.3g to %.3g over documents, of one run each): %s.",
			two.Label(), one.Label(), r.N, r.Bin, r.Ratio, r.Low, r.High, verdict))
	}
	return out
}
