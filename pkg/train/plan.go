package train

import (
	"cmp"
	"slices"
)

// Planner cuts a batch of rows of different lengths into micro-batches, so
// that little padding is computed and few graphs are compiled. With sums of
// losses (see [MicroBatch]) the cut changes nothing but rounding.
type Planner struct {
	// Lengths are what rows are padded to, ascending; see [Ladder]. A row that
	// is longer than the last has a length of its own.
	Lengths []int
	// Tokens is how many positions a micro-batch has at most; a single row may
	// have more.
	Tokens int
	// Rows is how many rows a micro-batch has at most; 0 is no limit.
	Rows int
	// Multiple is what the number of rows is a multiple of: the devices that
	// share them. 0 is 1.
	Multiple int
	// Overhead is what a micro-batch costs beside its positions, in positions:
	// gradients of all weights are cleared and added once for each.
	Overhead int
}

// Part is one micro-batch of a plan.
type Part struct {
	Rows   []int // numbers of the batch's rows, the longest first
	Height int   // rows that are computed: at least len(Rows), the others are empty
	Length int   // positions of each row
}

// Positions is how many positions the part computes.
func (p Part) Positions() int { return p.Height * p.Length }

// Ladder gives the lengths that rows are padded to: 32, 64, 96, 128, then four
// to each doubling, below longest, and longest itself.
func Ladder(longest int) []int {
	lengths := []int{32, 64, 96}
	for n := 128; n < longest; n *= 2 {
		lengths = append(lengths, n, n*5/4, n*6/4, n*7/4)
	}
	lengths = slices.DeleteFunc(lengths, func(n int) bool { return n >= longest })
	return append(lengths, longest)
}

// Plan lays out rows of these lengths, the longest first, at the least price in
// positions: each micro-batch takes the longest rows that are left, padded to
// the least of the lengths that holds them; how many it takes is chosen by
// dynamic programming. The plan depends on the lengths alone.
func (p Planner) Plan(lengths []int) []Part {
	if len(lengths) == 0 {
		return nil
	}
	order := make([]int, len(lengths))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return -cmp.Compare(lengths[i], lengths[j]) })
	rungs := p.rungs(lengths[order[0]])
	padded := func(at int) int {
		i, _ := slices.BinarySearch(rungs, lengths[order[at]])
		return rungs[i]
	}
	// price[i] is the least of the rows from the i-th longest on, when the first
	// micro-batch has height[i] rows.
	price, height := make([]int, len(order)+1), make([]int, len(order))
	for i := len(order) - 1; i >= 0; i-- {
		for _, h := range p.heights(padded(i)) {
			total := h*padded(i) + p.Overhead + price[min(i+h, len(order))]
			if height[i] == 0 || total < price[i] {
				price[i], height[i] = total, h
			}
		}
	}
	var parts []Part
	for i := 0; i < len(order); {
		next := min(i+height[i], len(order))
		parts = append(parts, Part{order[i:next], height[i], padded(i)})
		i = next
	}
	return parts
}

// rungs are the lengths up to the longest row's.
func (p Planner) rungs(longest int) []int {
	if n := len(p.Lengths); n > 0 && p.Lengths[n-1] >= longest {
		return p.Lengths
	}
	return append(slices.Clone(p.Lengths), longest)
}

// heights are what a micro-batch may have for rows: as many as fit, half of
// them, and so on. Few heights are few graphs.
func (p Planner) heights(length int) []int {
	multiple := max(1, p.Multiple)
	rows := p.Tokens / length
	if p.Rows > 0 {
		rows = min(rows, p.Rows)
	}
	all := []int{max(multiple, rows/multiple*multiple)}
	for {
		last := all[len(all)-1]
		half := (last/2 + multiple - 1) / multiple * multiple
		if half >= last || half == 0 {
			return all
		}
		all = append(all, half)
	}
}
