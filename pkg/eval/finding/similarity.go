package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// Closer returns the probability that a positive pair of a model is closer
// than a random one, with its 95 % confidence interval.
func Closer(p result.PairDistances) (value, low, high float64) {
	value = metric.Closer(p.Positive, p.Random)
	half := metric.Z95 * metric.CloserError(value, len(p.Positive), len(p.Random))
	return value, max(0, value-half), min(1, value+half)
}

// Medians returns the middle distances of positive and of random pairs.
func Medians(p result.PairDistances) (positive, random float64) {
	_, positive, _ = metric.Quartiles(metric.Float64s(p.Positive))
	_, random, _ = metric.Quartiles(metric.Float64s(p.Random))
	return positive, random
}

// similarity describes the distributions beside the paper's section 3.7:
// distances shrink up to 100k steps, then random pairs move a little apart;
// ruri-large-v2 and bert-base-japanese-v3 separate the two kinds of pairs,
// modernbert-ja-130m and the released model hardly do.
func similarity(s *result.Similarity) []string {
	var out []string
	trained := slices.DeleteFunc(slices.Clone(s.Models), func(m result.PairDistances) bool { return m.Baseline() })
	if n := len(trained); n > 1 {
		first, last := trained[0], trained[n-1]
		p0, r0 := Medians(first)
		p1, r1 := Medians(last)
		out = append(out, fmt.Sprintf("From %s to %s the median squared distance of positive pairs went from %.3f to %.3f, of random pairs from %.3f to %.3f. The paper's shrink up to 100k of 500k steps.",
			first.Label(), last.Label(), p0, p1, r0, r1), moved(trained, last))
	}
	var parts []string
	for _, m := range s.Models {
		value, low, high := Closer(m)
		parts = append(parts, fmt.Sprintf("%s %.2f (%.2f to %.2f)", m.Label(), value, low, high))
	}
	return append(out, "The probability that a positive pair is closer than a random one, with its 95 % interval (1: separate, 0.5: not at all): "+strings.Join(parts, ", ")+
		". In the paper ruri-large-v2 and bert-base-japanese-v3 separate them clearly, modernbert-ja-130m and the released model hardly.")
}

// moved says whether random pairs moved apart after they were closest.
func moved(trained []result.PairDistances, last result.PairDistances) string {
	least := slices.MinFunc(trained, func(a, b result.PairDistances) int {
		_, x := Medians(a)
		_, y := Medians(b)
		return cmp.Compare(x, y)
	})
	low, median, high := metric.MedianInterval(metric.Float64s(least.Random))
	words := fmt.Sprintf("Random pairs are closest at %s (median %.3f, 95 %% interval %.3f to %.3f)", least.Label(), median, low, high)
	if least.Label() == last.Label() {
		return words + ", the last checkpoint; in the paper they move to the right after 100k of 500k steps."
	}
	from, end, to := metric.MedianInterval(metric.Float64s(last.Random))
	words += fmt.Sprintf(" and end at %.3f (%.3f to %.3f)", end, from, to)
	if from <= high {
		return words + ": the intervals overlap, no move can be told."
	}
	return words + ": they move to the right, as the paper sees after 100k of 500k steps."
}

// join writes a list: "a, b and c".
func join(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
