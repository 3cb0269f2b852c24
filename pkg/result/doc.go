// Package result has one type for each figure or table of the paper, with the
// provenance of its numbers, and reads and writes it as JSON. Figures and
// tables are functions of these values alone: without a GPU every figure can be
// drawn again, with one the results are replaced. Nothing is computed here;
// package finding does that.
//
// A result lives in figures/data under its kind's name:
//
//	curve, err := result.Load[result.TrainingCurve]("figures/data")
//	err = result.Save("figures/data", curve)
//
// The same value always gives the same bytes. A file with a field that the
// type does not know is refused, and so is one whose values contradict each
// other (Validate).
//
// The paper's printed numbers stand in paper.go.
//
// # Why not a library for the layout
//
// tidwall/pretty 1.3 with lines of 160 gives the same text for most results,
// but every number of a long list a line of its own: 19,882 lines for
// similarity.json against 1,755, and diffs that nobody reads. Therefore
// layout.go.
package result
