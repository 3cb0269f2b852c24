package encoder

import (
	"cmp"
	"math/bits"
	"slices"
)

// A batch holds inputs that are computed together, padded to [rows, length].
type batch struct {
	inputs []int // indices of the inputs, at most rows
	rows   int
	length int
}

// ladder returns the lengths that inputs are padded to: 16, 32, 48, 64, then four to
// each doubling, below longest, and longest itself.
func ladder(longest int) []int {
	rungs := []int{16, 32, 48}
	for n := 64; n < longest; n *= 2 {
		rungs = append(rungs, n, n*5/4, n*3/2, n*7/4)
	}
	rungs = slices.DeleteFunc(rungs, func(n int) bool { return n >= longest })
	return append(rungs, longest)
}

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
	counts := make([]int, len(rungs))
	for _, n := range lengths {
		counts[rung(n)]++
	}
	used := p.choose(rungs, counts, rung(lengths[order[0]]))
	var batches []batch
	planned := map[[2]int]bool{}
	for len(order) > 0 {
		length := rungs[used[rung(lengths[order[0]])]]
		rows := p.rowsFor(length)
		if len(order) < rows {
			rows = p.lastRows(len(order), length, rows, planned)
		}
		planned[[2]int{rows, length}] = true
		n := min(rows, len(order))
		batches = append(batches, batch{order[:n], rows, length})
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
