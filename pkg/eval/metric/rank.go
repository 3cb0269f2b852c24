package metric

import (
	"cmp"
	"slices"
)

// Rank returns the place, from 1, of entry right when scores are sorted from the
// greatest to the least: 1 + the entries with a greater score + those before
// it with an equal one. A NaN counts as less than every number.
func Rank(scores []float64, right int) int {
	at := scores[right]
	rank := 1
	for i, s := range scores {
		if s > at || s == at && i < right || at != at && (s == s || i < right) {
			rank++
		}
	}
	return rank
}

// Recall returns the share of ranks that are at most k; 0 for no ranks.
func Recall(ranks []int, k int) float64 {
	if len(ranks) == 0 {
		return 0
	}
	hits := 0
	for _, r := range ranks {
		if r <= k {
			hits++
		}
	}
	return float64(hits) / float64(len(ranks))
}

// MRR returns the mean reciprocal rank, where a rank above k counts 0; 0 for no
// ranks.
func MRR(ranks []int, k int) float64 {
	if len(ranks) == 0 {
		return 0
	}
	sum := 0.0
	for _, r := range ranks {
		if r <= k {
			sum += 1 / float64(r)
		}
	}
	return sum / float64(len(ranks))
}

// Top returns the indices of the k greatest scores, the greatest first, the
// lower index first among equal ones; all of them where there are fewer.
func Top(scores []float64, k int) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return -cmp.Compare(scores[i], scores[j]) })
	return order[:min(max(k, 0), len(order))]
}
