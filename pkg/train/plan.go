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

// Ladder gives the lengths that rows are padded to: powers of two from 32 and
// what lies midway from 64 on, below longest, and longest itself.
func Ladder(longest int) []int {
	lengths := []int{32}
	for n := 64; n < longest; n *= 2 {
		lengths = append(lengths, n, n*3/2)
	}
	lengths = slices.DeleteFunc(lengths, func(n int) bool { return n >= longest })
	return append(lengths, longest)
}

// Plan lays out rows of these lengths, the longest first. The plan depends on
// the lengths alone.
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
	rung := func(row int) int {
		i, _ := slices.BinarySearch(rungs, lengths[row])
		return i
	}
	counts := make([]int, rung(order[0])+1)
	for _, row := range order {
		counts[rung(row)]++
	}
	used := p.choose(rungs, counts)
	var parts []Part
	for len(order) > 0 {
		length := rungs[used[rung(order[0])]]
		same := 0 // rows that this length is meant for
		for same < len(order) && rungs[used[rung(order[same])]] == length {
			same++
		}
		height := p.height(length, same)
		n := min(height, len(order)) // shorter rows take the places that stay empty
		parts = append(parts, Part{order[:n], height, length})
		order = order[n:]
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

// full is the height of a full micro-batch.
func (p Planner) full(length int) int {
	multiple := max(1, p.Multiple)
	rows := p.Tokens / length
	if p.Rows > 0 {
		rows = min(rows, p.Rows)
	}
	return max(multiple, rows/multiple*multiple)
}

// height is that of the next micro-batch when so many rows are left: full, or
// the least of its halves that holds them all.
func (p Planner) height(length, rows int) int {
	multiple := max(1, p.Multiple)
	height := p.full(length)
	for {
		half := (height/2 + multiple - 1) / multiple * multiple
		if half >= height || half < rows {
			return height
		}
		height = half
	}
}

// price of rows that are padded to a length.
func (p Planner) price(length, rows int) int {
	total := 0
	for rows > 0 {
		height := p.height(length, rows)
		total += height*length + p.Overhead
		rows -= height
	}
	return total
}

// choose gives, for each rung, the rung that its rows are padded to, at the
// least price of all: best[j] is that of the rows up to rung j when j is used.
func (p Planner) choose(rungs, counts []int) []int {
	best := make([]int, len(counts))
	below := make([]int, len(counts)) // the next rung used below j, -1 for none
	for j := range counts {
		rows := 0
		for i := j; i >= 0; i-- {
			rows += counts[i]
			total := p.price(rungs[j], rows)
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
