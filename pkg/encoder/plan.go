package encoder

import (
	"math/bits"

	"llmjp.internal/modernbert/pkg/lengths"
)

// ladderStep is the first of the lengths that inputs are padded to.
const ladderStep = 16

// A planner lays inputs out in batches.
type planner struct {
	longest  int             // the model's greatest length
	tokens   int             // limit of a batch's tokens
	rows     int             // limit of a batch's rows, 0 for none
	compile  int             // cost of compiling a graph, in tokens
	compiled map[[2]int]bool // the shapes that have a graph already
}

// plan groups inputs of these lengths, the longest first, into batches of few shapes:
// another shape must save more padding than its graph costs.
func (p planner) plan(inputs []int) []lengths.Batch {
	if len(inputs) == 0 {
		return nil
	}
	order := lengths.Descending(inputs)
	longest := inputs[order[0]]
	rungs := lengths.Ladder(ladderStep, max(p.longest, longest))
	rung := func(length int) int { return lengths.Rung(rungs, length) }
	counts := make([]int, len(rungs))
	for _, n := range inputs {
		counts[rung(n)]++
	}
	used := p.choose(rungs, counts, rung(longest))
	var batches []lengths.Batch
	planned := map[[2]int]bool{}
	for len(order) > 0 {
		length := rungs[used[rung(inputs[order[0]])]]
		rows := p.rowsFor(length)
		if len(order) < rows {
			rows = p.lastRows(len(order), length, rows, planned)
		}
		planned[[2]int{rows, length}] = true
		n := min(rows, len(order))
		batches = append(batches, lengths.Batch{Rows: order[:n], Height: rows, Length: length})
		order = order[n:]
	}
	return batches
}

// lastRows returns the number of rows, up to full, for the n inputs that are left:
// that of a graph that exists where padding up to it costs less than compiling
// another, else the next power of two.
func (p planner) lastRows(n, length, full int, planned map[[2]int]bool) int {
	for rows := n; rows <= full && (rows-n)*length <= p.compile; rows++ {
		if shape := [2]int{rows, length}; p.compiled[shape] || planned[shape] {
			return rows
		}
	}
	return min(full, 1<<bits.Len(uint(n-1)))
}

// rowsFor returns the number of rows of a full batch of that length.
func (p planner) rowsFor(length int) int {
	rows := max(1, p.tokens/length)
	if p.rows > 0 {
		rows = min(rows, p.rows)
	}
	return rows
}

// choose returns, for each rung up to that of the longest input, the rung that its
// inputs are padded to. It minimises computed tokens plus the cost of compiling by
// dynamic programming: best[j] is the least cost of all inputs up to rung j when j is
// used. Above the longest input only a rung with a graph can be worth it.
func (p planner) choose(rungs, counts []int, longest int) []int {
	best := make([]float64, len(counts))
	below := make([]int, len(counts)) // the next rung used below j, -1 for none
	top := longest
	for j := range counts {
		price := float64(p.compile)
		if p.compiled[[2]int{p.rowsFor(rungs[j]), rungs[j]}] {
			price = 0
		} else if j > longest {
			continue
		}
		// Global attention makes a token of a long row cost more.
		token := float64(rungs[j]) * (1 + float64(rungs[j])/4096)
		inputs := 0
		for i := min(j, longest); i >= 0; i-- {
			inputs += counts[i]
			total := price + token*float64(inputs)
			if i > 0 {
				total += best[i-1]
			}
			if i == min(j, longest) || total < best[j] {
				best[j], below[j] = total, i-1
			}
		}
		if j > longest && best[j] < best[top] {
			top = j
		}
	}
	used := make([]int, longest+1)
	for i := below[top] + 1; i <= longest; i++ {
		used[i] = top
	}
	for j := below[top]; j >= 0; j = below[j] {
		for i := below[j] + 1; i <= j; i++ {
			used[i] = j
		}
	}
	return used
}
