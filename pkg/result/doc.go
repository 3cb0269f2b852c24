// Package result holds what experiments find: one type a figure or table of
// the paper, each with the provenance of its numbers, read from and written
// to JSON. Figures and tables are functions of these values and of nothing
// else, so whoever has no GPU draws every figure again, and whoever has one
// replaces the results.
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
// What the paper printed is in paper.go, to stand beside what is measured.
package result
