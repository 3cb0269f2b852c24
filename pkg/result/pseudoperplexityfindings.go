package result

import (
	"fmt"
	"strings"
)

// Findings says what the documents show beside what the paper says of its
// Figure 2 (section 3.5): from stage 1 to stage 2 the pseudo-perplexity of long
// sequences falls; in the last checkpoint of stage 2 it rises slightly with the
// length; modernbert-ja-130m's stays low.
func (p *PseudoPerplexity) Findings() []string {
	var out []string
	last := map[int]BinSummary{} // the longest documents, by stage
	for _, m := range p.Models {
		bins := p.filled(m)
		if len(bins) == 0 {
			continue
		}
		short, long := bins[0], bins[len(bins)-1]
		words := fmt.Sprintf("%s: the median is %.4g in %d documents of %s", m.Label(), short.Median, short.N, short.Bin)
		if len(bins) > 1 {
			words += fmt.Sprintf(" and %.4g in %d of %s", long.Median, long.N, long.Bin)
		}
		above := 0.0
		for _, b := range bins {
			above += b.Above20 * float64(b.N)
		}
		out = append(out, fmt.Sprintf("%s; %.0f of %d documents lie above 20, where the paper cuts its axis.", words, above, p.count(m)))
		if m.Stage > 0 {
			last[m.Stage] = long
		}
	}
	one, ok1 := last[1]
	two, ok2 := last[2]
	if ok1 && ok2 && one.Bin == two.Bin {
		out = append(out, fmt.Sprintf("From stage 1 to stage 2 the median of the longest documents (%s) %s from %.4g to %.4g; the paper's falls.",
			one.Bin, went(one.Median, two.Median), one.Median, two.Median))
	}
	if short := p.short(); len(short) > 0 {
		out = append(out, fmt.Sprintf("Fewer than the %d documents that were asked for: %s.", p.Wanted, strings.Join(short, "; ")))
	}
	return out
}

// filled are the bins of a model that have documents.
func (p *PseudoPerplexity) filled(m ModelScores) (out []BinSummary) {
	for _, s := range p.Summary(m) {
		if s.N > 0 {
			out = append(out, s)
		}
	}
	return out
}

// count is the number of a model's documents in bins.
func (p *PseudoPerplexity) count(m ModelScores) (n int) {
	for _, s := range p.Summary(m) {
		n += s.N
	}
	return n
}

// short says which bins lack documents, in which models.
func (p *PseudoPerplexity) short() (out []string) {
	for _, m := range p.Models {
		for _, s := range p.Summary(m) {
			if s.N < p.Wanted {
				out = append(out, fmt.Sprintf("%s has %d of %s", m.Label(), s.N, s.Bin))
			}
		}
	}
	return out
}
