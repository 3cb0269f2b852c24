package figure

import (
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// wrap breaks words into lines no wider than width: at spaces, and between
// any two Japanese letters. A word wider than that stays whole.
func wrap(s text.Style, words string, width vg.Length) string {
	var lines []string
	for _, paragraph := range strings.Split(words, "\n") {
		line := ""
		for _, part := range parts(paragraph) {
			if line != "" && s.Width(strings.TrimRight(line+part, " ")) > width {
				lines = append(lines, strings.TrimRight(line, " "))
				line = ""
			}
			line += part
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.Join(lines, "\n")
}

// parts cuts a line where it may break, spaces staying at the ends of parts.
func parts(line string) (out []string) {
	runes, from := []rune(line), 0
	const japanese = 0x3000
	const closing = "、。」』）：！？"
	for i := 1; i < len(runes); i++ {
		wide := (runes[i] >= japanese || runes[i-1] >= japanese) && !strings.ContainsRune(closing, runes[i])
		if runes[i-1] == ' ' && runes[i] != ' ' || wide && runes[i] != ' ' {
			out, from = append(out, string(runes[from:i])), i
		}
	}
	return append(out, string(runes[from:]))
}
