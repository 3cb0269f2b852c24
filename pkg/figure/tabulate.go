package figure

import (
	"fmt"
	"strings"
)

// Tabulate is a table of any rows, for what the paper has no table of. A
// column in which every cell is a number or empty stands to the right.
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
