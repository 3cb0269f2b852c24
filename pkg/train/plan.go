package train

import (
	"slices"

	"llmjp.internal/modernbert/pkg/lengths"
)

// A Planner cuts a batch of rows of different lengths into micro-batches, so that
// little padding is computed and few graphs are compiled. With sums of losses (see
// [MicroBatch]) the cut changes results by rounding only.
type Planner struct {
	// Lengths lists the lengths that rows are padded to, ascending; see [Ladder]. A row
	// longer than the last is padded to the longest row's length.
	Lengths []int
	// Tokens limits the positions of a micro-batch; a single row may have more.
	Tokens int
	// Rows limits the rows of a micro-batch; 0 is no limit.
	Rows int
	// Multiple divides the number of rows: the number of devices that share them. 0
	// means 1.
	Multiple int
	// Overhead is the cost of a micro-batch beside its positions, in positions: each
	// clears and adds the gradients of all weights once.
	Overhead int
}

// A Part is one micro-batch of a plan.
type Part = lengths.Batch

// Ladder returns the lengths that training pads rows to: 32, 64, 96, 128, then four to
// each doubling, below longest, and longest itself.
func Ladder(longest int) []int { return lengths.Ladder(32, longest) }

// Plan lays out rows of these lengths, the longest first, at the least cost in
// positions: each micro-batch takes the longest rows that are left, padded to the least
// of the lengths that holds them. Dynamic programming chooses how many it takes. The
// plan depends on the lengths alone.
func (p Planner) Plan(rows []int) []Part {
	if len(rows) == 0 {
		return nil
	}
	order := lengths.Descending(rows)
	rungs := p.rungs(rows[order[0]])
	padded := func(at int) int { return rungs[lengths.Rung(rungs, rows[order[at]])] }
	// price[i] is the least cost of the rows from the i-th longest on; their first
	// micro-batch then has height[i] rows.
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
		parts = append(parts, Part{Rows: order[i:next], Height: height[i], Length: padded(i)})
		i = next
	}
	return parts
}

// rungs returns the lengths, with the longest row's where it exceeds them.
func (p Planner) rungs(longest int) []int {
	if n := len(p.Lengths); n > 0 && p.Lengths[n-1] >= longest {
		return p.Lengths
	}
	return append(slices.Clone(p.Lengths), longest)
}

// heights lists the numbers of rows that a micro-batch of a length may have: as many as
// fit, half of them, and so on. Few heights need few graphs.
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
