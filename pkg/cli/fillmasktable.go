package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"llmjp.internal/modernbert/pkg/eval/fillmask"
)

// writeGuesses writes, below each text, the guesses for its masks: a row a
// rank, a column a model.
func writeGuesses(w io.Writer, sentences []fillmask.Sentence, all []fillmask.Answers) error {
	for i, s := range sentences {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%d. %s\n", s.Number, s.Text)
		if len(s.Expected) > 0 {
			fmt.Fprintf(w, "   expected: %s%s\n", strings.Join(s.Expected, ", "), inTokens(all, i))
		}
		for mask := range all[0].Masks[i] {
			if masks := len(all[0].Masks[i]); masks > 1 {
				fmt.Fprintf(w, "   mask %d of %d\n", mask+1, masks)
			}
			if err := writeColumns(w, guessColumns(all, i, mask)); err != nil {
				return err
			}
		}
	}
	return nil
}

// inTokens says where an expected answer cannot be given, since it is not one
// token.
func inTokens(all []fillmask.Answers, sentence int) string {
	var most []int
	for _, a := range all {
		most = append(most, a.Tokens[sentence])
	}
	if slices.Max(most) == 1 {
		return ""
	}
	if len(slices.Compact(slices.Clone(most))) == 1 {
		return fmt.Sprintf(" (%d tokens: more than a mask holds)", most[0])
	}
	var parts []string
	for k, n := range most {
		if n > 1 {
			parts = append(parts, fmt.Sprintf("%d in %s", n, all[k].Model.Label()))
		}
	}
	return fmt.Sprintf(" (tokens: %s; a mask holds one)", strings.Join(parts, ", "))
}

// guessColumns returns the columns of one mask's table: a token and a
// probability column a model, heads first.
func guessColumns(all []fillmask.Answers, sentence, mask int) [][]string {
	var columns [][]string
	rank := []string{""}
	for _, a := range all {
		for len(rank) <= len(a.Masks[sentence][mask]) {
			rank = append(rank, fmt.Sprintf("%4d", len(rank)))
		}
	}
	columns = append(columns, rank)
	for _, a := range all {
		token, score := []string{a.Model.Label()}, []string{""}
		for _, g := range a.Masks[sentence][mask] {
			token, score = append(token, g.Shown), append(score, fmt.Sprintf("%.4f", g.Score))
		}
		columns = append(columns, token, score)
	}
	return columns
}

// writeColumns writes columns of one height side by side, padded as wide as a
// terminal shows them.
func writeColumns(w io.Writer, columns [][]string) error {
	height := 0
	widths := make([]int, len(columns))
	for i, c := range columns {
		height = max(height, len(c))
		for _, cell := range c {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for r := range height {
		var line strings.Builder
		for i, c := range columns {
			cell := ""
			if r < len(c) {
				cell = c[r]
			}
			line.WriteString(cell + strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)+2))
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
