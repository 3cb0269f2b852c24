package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// Matrix draws a matrix as square cells with a colour scale, row 0 on top,
// pale for the least and dark for the greatest value; NaN stays white. Cells
// with room show their number. rows and columns name the matrix's lines and may
// be nil.
func Matrix(l Labels, values [][]float64, rows, columns []string) (*Figure, error) {
	if len(values) == 0 || len(values[0]) == 0 {
		return nil, fmt.Errorf("figure %s: an empty matrix", l.Name)
	}
	if rows != nil && len(rows) != len(values) || columns != nil && len(columns) != len(values[0]) {
		return nil, fmt.Errorf("figure %s: %d names of %d rows, %d of %d columns", l.Name, len(rows), len(values), len(columns), len(values[0]))
	}
	for i, row := range values {
		if len(row) != len(values[0]) {
			return nil, fmt.Errorf("figure %s: row %d has %d values, row 0 has %d", l.Name, i, len(row), len(values[0]))
		}
	}
	f, err := single(l, float64(len(values))/float64(len(values[0])), func(_ Style, p *panel) ([]key, error) {
		p.cells(flip(values), flip(filled(rows, len(values))), filled(columns, len(values[0])), "%.2f", false)
		p.square = true
		return nil, nil
	}, func(s *sheet) { s.width = 4 * vg.Inch })
	return f, err
}

func flip[T any](xs []T) []T {
	out := make([]T, len(xs))
	for i, x := range xs {
		out[len(xs)-1-i] = x
	}
	return out
}

// filled numbers rows or columns that have no names, every so many.
func filled(names []string, n int) []string {
	if names != nil {
		return names
	}
	step := int(math.Max(1, niceStep(float64(n)/6)))
	out := make([]string, n)
	for i := 0; i < n; i += step {
		out[i] = fmt.Sprint(i)
	}
	return out
}
