package fillmask

import "fmt"

// Rows returns a table's rows: each text, then the guesses for its first mask
// with their probabilities.
func Rows(texts []string, filled [][][]Guess) [][]string {
	rows := make([][]string, len(texts))
	for i, masks := range filled {
		rows[i] = []string{texts[i]}
		for _, g := range masks[0] {
			rows[i] = append(rows[i], fmt.Sprintf("%s (%.1f %%)", g.Token, 100*g.Score))
		}
	}
	return rows
}
