// Package lengths groups rows of tokens by length, so that little padding is computed
// and few shapes are compiled. Training and encoding plan their batches with it, each
// by its own costs: a training plan depends on the rows' lengths alone, an encoder's
// on the graphs that are compiled too.
package lengths

import (
	"cmp"
	"slices"
)

// A Batch holds rows that are computed together, padded to [Height, Length].
type Batch struct {
	Rows   []int // indices of the rows, the longest first
	Height int   // rows that are computed: at least len(Rows), the others are empty
	Length int   // positions of each row
}

// Positions returns the number of positions that the batch computes.
func (b Batch) Positions() int { return b.Height * b.Length }

// Pad returns the rows' ids as the values of [Height, Length], with pad (0 where it
// is negative) behind each.
func (b Batch) Pad(pad int32, ids func(row int) []int32) []int32 {
	flat := slices.Repeat([]int32{max(0, pad)}, b.Positions())
	for i, row := range b.Rows {
		copy(flat[i*b.Length:], ids(row))
	}
	return flat
}

// Lengths returns the rows' lengths as the values of [Height]; an empty row attends
// to one position.
func (b Batch) Lengths(length func(row int) int) []int32 {
	out := slices.Repeat([]int32{1}, b.Height)
	for i, row := range b.Rows {
		out[i] = int32(length(row))
	}
	return out
}

// Ladder returns the lengths that rows are padded to: 1, 2, 3 and 4 steps, then four
// lengths to each doubling, below longest, and longest itself.
func Ladder(step, longest int) []int {
	rungs := []int{step, 2 * step, 3 * step}
	for n := 4 * step; n < longest; n *= 2 {
		rungs = append(rungs, n, n*5/4, n*6/4, n*7/4)
	}
	rungs = slices.DeleteFunc(rungs, func(n int) bool { return n >= longest })
	return append(rungs, longest)
}

// Descending returns the indices of lengths from the longest to the shortest, equal
// ones in their order.
func Descending(lengths []int) []int {
	order := make([]int, len(lengths))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return -cmp.Compare(lengths[i], lengths[j]) })
	return order
}

// Rung returns the index of the least of the rungs, ascending, that holds length. The
// last rung must hold it.
func Rung(rungs []int, length int) int {
	i, _ := slices.BinarySearch(rungs, length)
	return i
}
