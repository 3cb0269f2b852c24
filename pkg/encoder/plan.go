package encoder

import (
	"cmp"
	"math/bits"
	"slices"
)

// batch is some inputs that are computed together, padded to [rows, length].
type batch struct {
	inputs []int // indices of the inputs, at most rows
	rows   int
	length int
}

// ladder gives the lengths that inputs are padded to: 16, 32, 48, 64, then
// each power of two and what lies midway, and longest itself at the top.
func ladder(longest int) []int {
	rungs := []int{16, 32, 48}
	for n := 64; n < longest; n *= 2 {
		rungs = append(rungs, n, n*3/2)
	}
	rungs = slices.DeleteFunc(rungs, func(n int) bool { return n >= longest })
	return append(rungs, longest)
}

// planner lays inputs out in batches.
type planner struct {
	longest int // the model's greatest length
	tokens  int // of a batch
	rows    int // limit, 0 for none
	compile int // a graph's price in tokens
	// compiled tells which shapes are there already.
	compiled map[[2]int]bool
}

// plan groups inputs of these lengths, the longest first. Only as many
// different shapes are used as are worth their compilation.
func (p planner) plan(lengths []int) []batch {
	if len(lengths) == 0 {
		return nil
	}
	order := make([]int, len(lengths))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return -cmp.Compare(lengths[i], lengths[j]) })
	rungs := ladder(max(p.longest, lengths[order[0]]))
	rung := func(length int) int {
		i, _ := slices.BinarySearch(rungs, length)
		return i
	}
	counts := make([]int, rung(lengths[order[0]])+1)
	for _, n := range lengths {
		counts[rung(n)]++
	}
	used := p.choose(rungs, counts)
	var batches []batch
	for len(order) > 0 {
		length := rungs[used[rung(lengths[order[0]])]]
		rows := p.rowsFor(length)
		if len(order) < rows {
			rows = min(rows, 1<<bits.Len(uint(len(order)-1)))
		}
		n := min(rows, len(order))
		batches = append(batches, batch{order[:n], rows, length})
		order = order[n:]
	}
	return batches
}

// rowsFor is the number of rows of a full batch of that length.
func (p planner) rowsFor(length int) int {
	rows := max(1, p.tokens/length)
	if p.rows > 0 {
		rows = min(rows, p.rows)
	}
	return rows
}

// choose gives, for each rung, the rung that its inputs are padded to. It
// minimises computed tokens plus the price of the graphs by dynamic
// programming: best[j] is the least price of all inputs up to rung j when j is
// used.
func (p planner) choose(rungs, counts []int) []int {
	best := make([]float64, len(counts))
	below := make([]int, len(counts)) // the next rung used below j, -1 for none
	for j := range counts {
		price := float64(p.compile)
		if p.compiled[[2]int{p.rowsFor(rungs[j]), rungs[j]}] {
			price = 0
		}
		// Global attention makes a token of a long row dearer.
		token := float64(rungs[j]) * (1 + float64(rungs[j])/4096)
		inputs := 0
		for i := j; i >= 0; i-- {
			inputs += counts[i]
			total := price + token*float64(inputs)
			if i > 0 {
				total += best[i-1]
			}
			if i == j || total < best[j] {
				best[j], below[j] = total, i-1
			}
		}
	}
	used := make([]int, len(counts))
	for j := len(counts) - 1; j >= 0; j = below[j] {
		for i := below[j] + 1; i <= j; i++ {
			used[i] = j
		}
	}
	return used
}
