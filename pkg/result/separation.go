package result

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Closer is the probability that a positive pair taken at random is closer
// than a random pair taken at random, equal distances counting half (the area
// under the ROC curve): 1 is a clean separation, 0.5 none.
func (p PairDistances) Closer() float64 {
	random := slices.Sorted(slices.Values(p.Random))
	sum := 0
	for _, d := range p.Positive {
		from, _ := slices.BinarySearch(random, d)
		to := from
		for to < len(random) && random[to] == d {
			to++
		}
		sum += 2*(len(random)-to) + (to - from)
	}
	return float64(sum) / 2 / float64(len(p.Positive)) / float64(len(p.Random))
}

// Uniformity is that of the random pairs alone, as the paper words it: the log
// of the mean of exp(-2d).
func (p PairDistances) Uniformity() float64 {
	sum := 0.0
	for _, d := range p.Random {
		sum += math.Exp(-2 * float64(d))
	}
	return math.Log(sum / float64(len(p.Random)))
}

// Medians are the middle distances of positive and of random pairs.
func (p PairDistances) Medians() (positive, random float64) {
	return middle(p.Positive), middle(p.Random)
}

func middle(xs []float32) float64 {
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	return (float64(s[(n-1)/2]) + float64(s[n/2])) / 2
}

// Findings says what the distributions show beside what the paper says of its
// Figure 4 (section 3.7): distances shrink up to 100k steps, then random pairs
// move a little apart; ruri-large-v2 and bert-base-japanese-v3 separate the
// two kinds of pairs, modernbert-ja-130m and the released model hardly do.
func (s *Similarity) Findings() []string {
	var out []string
	trained := s.trained()
	if n := len(trained); n > 1 {
		first, last := trained[0], trained[n-1]
		p0, r0 := first.Medians()
		p1, r1 := last.Medians()
		out = append(out, fmt.Sprintf("From %s to %s the median squared distance of positive pairs went from %.3f to %.3f, of random pairs from %.3f to %.3f. The paper's shrink up to 100k of 500k steps.",
			first.Label(), last.Label(), p0, p1, r0, r1))
		least := slices.MinFunc(trained, byRandom)
		_, r := least.Medians()
		switch {
		case least.Label() == last.Label():
			out = append(out, fmt.Sprintf("Random pairs are closest at the last checkpoint (%.3f): no move to the right yet, which the paper sees after 100k steps.", r))
		default:
			out = append(out, fmt.Sprintf("Random pairs are closest at %s (%.3f) and end at %.3f: they move to the right afterwards, as the paper sees after 100k steps.", least.Label(), r, r1))
		}
	}
	var parts []string
	for _, m := range s.Models {
		parts = append(parts, fmt.Sprintf("%s %.2f", m.Label(), m.Closer()))
	}
	return append(out, "The probability that a positive pair is closer than a random one (1: separate, 0.5: not at all): "+strings.Join(parts, ", ")+
		". In the paper ruri-large-v2 and bert-base-japanese-v3 separate them clearly, modernbert-ja-130m and the released model hardly.")
}

// trained are the checkpoints of a run.
func (s *Similarity) trained() (out []PairDistances) {
	for _, m := range s.Models {
		if !m.Baseline() {
			out = append(out, m)
		}
	}
	return out
}

// byRandom orders by the median of the random pairs.
func byRandom(a, b PairDistances) int {
	return cmp.Compare(middle(a.Random), middle(b.Random))
}
