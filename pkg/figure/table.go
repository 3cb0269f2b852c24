package figure

import (
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/result"
)

// A Table is a table that can be written in Markdown and in LaTeX.
type Table struct {
	// Name is the name of its files, without an extension.
	Name    string
	Caption string
	Columns []Column
	Rows    [][]Cell
	// Width is the width of the text that the LaTeX is set in: up to 3.5 inches
	// one column, above that two; 0 leaves the choice to the table.
	Width vg.Length
	// Notes stand below the table: the origin of the numbers, and their
	// differences from the paper's.
	Notes []string
}

// A Column is the head of a column; Right aligns its cells to the right, as
// numbers are.
type Column struct {
	Head  string
	Right bool
}

// A Cell is one entry.
type Cell struct {
	Text string
	Bold bool
}

// Save writes NAME.md and NAME.tex into dir and returns their paths.
func (t *Table) Save(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	var paths []string
	for _, file := range []struct{ suffix, content string }{{".md", t.Markdown()}, {".tex", t.LaTeX()}} {
		path := filepath.Join(dir, t.Name+file.suffix)
		if err := durable.Bytes(path, []byte(file.content)); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// Markdown returns the table as GitHub and Jupyter show it.
func (t *Table) Markdown() string {
	var b strings.Builder
	b.WriteString("**" + t.Caption + "**\n\n|")
	for _, c := range t.Columns {
		b.WriteString(" " + markdown(c.Head) + " |")
	}
	b.WriteString("\n|")
	for _, c := range t.Columns {
		if c.Right {
			b.WriteString("---:|")
		} else {
			b.WriteString("---|")
		}
	}
	b.WriteString("\n")
	for _, row := range t.Rows {
		b.WriteString("|")
		for _, c := range row {
			text := markdown(c.Text)
			if c.Bold && text != "" {
				text = "**" + text + "**"
			}
			b.WriteString(" " + text + " |")
		}
		b.WriteString("\n")
	}
	for i, n := range t.Notes {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("- " + markdown(n) + "\n")
	}
	return b.String()
}

// markdownEscapes replaces what would end a cell or begin markup.
var markdownEscapes = strings.NewReplacer("\\", "\\\\", "|", "\\|", "*", "\\*", "_", "\\_", "`", "\\`", "<", "&lt;", "\n", " ")

func markdown(s string) string { return markdownEscapes.Replace(s) }

// left and right return columns with these heads.
func left(heads ...string) []Column  { return columns(false, heads) }
func right(heads ...string) []Column { return columns(true, heads) }

func columns(right bool, heads []string) []Column {
	out := make([]Column, len(heads))
	for i, h := range heads {
		out[i] = Column{h, right}
	}
	return out
}

// row returns a row of plain text.
func row(words ...string) []Cell {
	out := make([]Cell, len(words))
	for i, w := range words {
		out[i] = Cell{Text: w}
	}
	return out
}

const nothing = "–"

// notes returns the sentences on where a table's numbers come from.
func notes(p result.Provenance) []string {
	var from []string
	if p.Preset != "" {
		from = append(from, "preset "+p.Preset)
	}
	for _, d := range p.Data {
		from = append(from, d.Name)
	}
	var out []string
	if len(from) > 0 {
		out = append(out, "Ours: "+strings.Join(from, "; ")+".")
	}
	return append(out, p.Notes...)
}
