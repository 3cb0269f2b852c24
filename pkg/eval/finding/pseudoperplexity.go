package finding

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// A BinSummary describes the documents of one model in one bin.
type BinSummary struct {
	Bin                        result.LengthBin
	N                          int
	Mean, Median, Lower, Upper float64 // of the pseudo-perplexity; quartiles
	Above20                    float64 // share of documents above Figure 2's axis
}

// Bins describes a model's documents bin by bin; an empty bin has N = 0.
func Bins(p *result.PseudoPerplexity, m result.ModelScores) []BinSummary {
	out := make([]BinSummary, len(p.Bins))
	for i, bin := range p.Bins {
		var xs []float64
		above := 0
		for _, d := range m.Documents {
			if bin.Holds(d.Length) {
				xs = append(xs, d.PPPL)
				if d.PPPL > result.PaperPPPLMax {
					above++
				}
			}
		}
		out[i] = BinSummary{Bin: bin, N: len(xs)}
		if len(xs) == 0 {
			continue
		}
		out[i].Mean = stat.Mean(xs, nil)
		out[i].Lower, out[i].Median, out[i].Upper = metric.Quartiles(xs)
		out[i].Above20 = float64(above) / float64(len(xs))
	}
	return out
}

// pseudoPerplexity describes the documents beside the paper's Figure 2
// (section 3.5): from stage 1 to stage 2 the pseudo-perplexity of long
// sequences falls; in the last checkpoint of stage 2 it rises slightly with the
// length; modernbert-ja-130m's stays low.
func pseudoPerplexity(p *result.PseudoPerplexity) []string {
	var out []string
	last := map[int]result.ModelScores{} // by stage
	for _, m := range p.Models {
		var bins []BinSummary
		above, all := 0.0, 0
		for _, b := range Bins(p, m) {
			if b.N > 0 {
				bins, above, all = append(bins, b), above+b.Above20*float64(b.N), all+b.N
			}
		}
		if len(bins) == 0 {
			continue
		}
		short, long := bins[0], bins[len(bins)-1]
		words := fmt.Sprintf("%s: the median is %.4g in %d documents of %s", m.Label(), short.Median, short.N, short.Bin)
		if len(bins) > 1 {
			words += fmt.Sprintf(" and %.4g in %d of %s", long.Median, long.N, long.Bin)
		}
		out = append(out, fmt.Sprintf("%s; %.0f of %d documents lie above %d, where the paper cuts its axis.", words, above, all, result.PaperPPPLMax))
		if _, ok := last[m.Stage]; !ok || m.Step > last[m.Stage].Step { // the first of two stage 2's
			last[m.Stage] = m
		}
	}
	if words, ok := stages(p, last[1], last[2]); ok {
		out = append(out, words)
	}
	out = append(out, sideBySide(p)...)
	if short := lacking(p); len(short) > 0 {
		out = append(out, fmt.Sprintf("Fewer than the %d documents that were asked for: %s.", p.Wanted, strings.Join(short, "; ")))
	}
	return out
}

// stages compares the longest documents of two models document by document.
func stages(p *result.PseudoPerplexity, one, two result.ModelScores) (words string, ok bool) {
	for _, r := range slices.Backward(Ratios(p, one, two)) {
		if r.N < 2 {
			continue
		}
		verdict := "falls, as in the paper"
		switch {
		case r.Low > 1:
			verdict = "rises; the paper's falls"
		case r.High >= 1:
			verdict = "cannot be told from unchanged; the paper's falls"
		}
		return fmt.Sprintf("From stage 1 to stage 2 the pseudo-perplexity of the same %d documents of %s is multiplied by %.3g (95 %% interval %.3g to %.3g): it %s.",
			r.N, r.Bin, r.Ratio, r.Low, r.High, verdict), true
	}
	return "", false
}

// lacking lists the bins that have fewer documents than asked for.
func lacking(p *result.PseudoPerplexity) (out []string) {
	for _, m := range p.Models {
		for _, s := range Bins(p, m) {
			if s.N < p.Wanted {
				out = append(out, fmt.Sprintf("%s has %d of %s", m.Label(), s.N, s.Bin))
			}
		}
	}
	return out
}
