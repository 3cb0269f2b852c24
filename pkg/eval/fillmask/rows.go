package fillmask

import "fmt"

// Rows returns a table's rows, one for each mask: the text, then the guesses
// with their probabilities. A text with several masks has the number of the
// mask behind it.
func Rows(texts []string, filled [][][]Guess) (rows [][]string) {
	for i, masks := range filled {
		for k, guesses := range masks {
			row := []string{texts[i]}
			if len(masks) > 1 {
				row[0] = fmt.Sprintf("%s (mask %d)", texts[i], k+1)
			}
			for _, g := range guesses {
				row = append(row, fmt.Sprintf("%s (%.1f %%)", g.Token, 100*g.Score))
			}
			rows = append(rows, row)
		}
	}
	return rows
}
