package figure

import (
	"fmt"
	"strings"
)

// Tabulate returns a table of any rows, for what the paper has no table of. A
// column in which every cell is a number or empty is aligned to the right.
func Tabulate(name, caption string, heads []string, rows ...[]string) (*Table, error) {
	t := &Table{Name: name, Caption: caption, Columns: left(heads...)}
	for i := range t.Columns {
		t.Columns[i].Right = len(rows) > 0
	}
	for n, words := range rows {
		if len(words) != len(heads) {
			return nil, fmt.Errorf("table %s: row %d has %d cells for %d columns", name, n, len(words), len(heads))
		}
		for i, word := range words {
			if strings.Trim(word, "0123456789.,-−+% ") != "" {
				t.Columns[i].Right = false
			}
		}
		t.Rows = append(t.Rows, row(words...))
	}
	return t, nil
}

// Rows returns the words of a table whose rows are items: a floating-point cell
// has two digits after the point, a whole number its thousands apart, any other
// is written as by fmt.Sprint.
func Rows[T any](items []T, cells func(item T) []any) [][]string {
	rows := make([][]string, len(items))
	for i, item := range items {
		for _, cell := range cells(item) {
			switch x := cell.(type) {
			case float64:
				cell = minus(fmt.Sprintf("%.2f", x))
			case int:
				cell = grouped(x)
			}
			rows[i] = append(rows[i], fmt.Sprint(cell))
		}
	}
	return rows
}

// Each returns one value of each item: the numbers of a line, the names of bars.
func Each[T, V any](items []T, value func(item T) V) []V {
	values := make([]V, len(items))
	for i, item := range items {
		values[i] = value(item)
	}
	return values
}
