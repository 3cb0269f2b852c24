package figure

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gonum.org/v1/plot/vg"
)

// The widths that tables are planned for, in points: those of the narrower of
// the usual classes (ACL). Wider text only adds room.
const (
	narrowText = 219
	wideText   = 455
	// oneColumn is the greatest Table.Width that means one column.
	oneColumn = 3.5 * vg.Inch
)

// A latexSize is a size of text: its command in classes of 10 points, and the
// size at which the house's font is as wide as LaTeX's or wider. Small letters
// of Computer Modern are wider than scaled ones.
type latexSize struct {
	command string
	size    vg.Length
}

// latexSizes lists the sizes in which a table is tried, the largest first.
var latexSizes = []latexSize{{"small", 9}, {"footnotesize", 8.4}, {"scriptsize", 7.9}}

const (
	columnSep = 3  // \tabcolsep in points
	pageLines = 44 // the most lines of a table on a page; a longer one goes on in the next float
)

// LaTeX returns the table for a paper, as wide as one column (table) or two
// (table*). It takes the largest of three sizes of text in which the table
// fits; text columns wrap, and a table that fits in none is scaled down, which
// a comment says. The caption is short, notes stand below the table. The first
// comment names the packages and, for Japanese, engine and font.
func (t *Table) LaTeX() string {
	wide := t.Width > oneColumn
	plan := t.plan(narrowText)
	if wide || t.Width == 0 && (plan.over > 1 || plan.size != latexSizes[0]) {
		wide = true
		plan = t.plan(wideText)
	}
	environment := "table"
	if wide {
		environment = "table*"
	}
	var b strings.Builder
	packages := "booktabs, array, tabularx, graphicx"
	if t.japanese() {
		fmt.Fprintf(&b, "%% Compile with LuaLaTeX: \\usepackage{luatexja} sets Japanese, in its own font (Harano Aji). Packages: %s.\n", packages)
	} else {
		fmt.Fprintf(&b, "%% pdfLaTeX or LuaLaTeX. Packages: %s.\n", packages)
	}
	if plan.over > 1 {
		fmt.Fprintf(&b, "%% %d columns do not fit this width: the table is scaled to %.0f %% of \\%s.\n", len(t.Columns), 100/plan.over, plan.size.command)
	}
	pages := t.pages(plan)
	for page, rows := range pages {
		fmt.Fprintf(&b, "\\begin{%s}[t]\n\\centering\\%s\\setlength{\\tabcolsep}{%dpt}\n", environment, plan.size.command, columnSep)
		caption := latex(t.Caption)
		if page > 0 {
			b.WriteString("\\addtocounter{table}{-1}\n")
			caption += " (continued)"
		}
		b.WriteString("\\caption{" + caption + "}\n")
		if page == 0 {
			b.WriteString("\\label{tab:" + t.Name + "}\n")
		}
		if plan.over > 1 {
			b.WriteString("\\resizebox{\\linewidth}{!}{%\n")
		}
		t.tabular(&b, plan, rows)
		if plan.over > 1 {
			b.WriteString("}\n")
		}
		if page == len(pages)-1 && len(t.Notes) > 0 {
			b.WriteString("\n\\par\\smallskip\n\\begin{minipage}{\\linewidth}\\scriptsize\\raggedright\n")
			for _, n := range t.Notes {
				b.WriteString(latex(n) + "\\par\n")
			}
			b.WriteString("\\end{minipage}\n")
		}
		fmt.Fprintf(&b, "\\end{%s}\n", environment)
	}
	return b.String()
}

func (t *Table) tabular(b *strings.Builder, p latexPlan, rows [][]Cell) {
	columns, environment, argument := "", "tabular", ""
	for i, c := range t.Columns {
		switch {
		case p.wraps[i]:
			columns += ">{\\raggedright\\arraybackslash}X"
			environment, argument = "tabularx", fmt.Sprintf("{%.1f\\linewidth}", p.over)
		case c.Right:
			columns += "r"
		default:
			columns += "l"
		}
	}
	fmt.Fprintf(b, "\\begin{%s}%s{%s}\n\\toprule\n", environment, argument, columns)
	text := textStyle(p.size.size, ink)
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = latex(c.Head)
		if head := wrap(text, c.Head, p.widths[i]); c.Right && strings.Contains(head, "\n") {
			lines := strings.Split(head, "\n")
			for k := range lines {
				lines[k] = latex(lines[k])
			}
			heads[i] = "\\shortstack[r]{" + strings.Join(lines, "\\\\") + "}"
		}
	}
	b.WriteString(strings.Join(heads, " & ") + " \\\\\n\\midrule\n")
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = latex(c.Text)
			if c.Bold && c.Text != "" {
				cells[i] = "\\textbf{" + cells[i] + "}"
			}
		}
		b.WriteString(strings.Join(cells, " & ") + " \\\\\n")
	}
	fmt.Fprintf(b, "\\bottomrule\n\\end{%s}\n", environment)
}

// japanese tells whether a part of the table needs a Japanese font.
func (t *Table) japanese() bool {
	words := []string{t.Caption}
	words = append(words, t.Notes...)
	for _, c := range t.Columns {
		words = append(words, c.Head)
	}
	for _, row := range t.Rows {
		for _, c := range row {
			words = append(words, c.Text)
		}
	}
	return slices.ContainsFunc(words, func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool {
			return r >= 0x2e80 || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
		})
	})
}

var latexEscapes = strings.NewReplacer(
	"\\", "\\textbackslash{}", "&", "\\&", "%", "\\%", "$", "\\$", "#", "\\#", "_", "\\_",
	"{", "\\{", "}", "\\}", "~", "\\textasciitilde{}", "^", "\\textasciicircum{}",
	"±", "$\\pm$", "−", "$-$", "×", "$\\times$", "≤", "$\\leq$", "≥", "$\\geq$", ">", "$>$", "<", "$<$", "²", "$^2$",
	"–", "--", "…", "\\dots{}", "“", "``", "”", "''", "▁", "\\_", "\"", "\\textquotedbl{}", "\n", " ")

func latex(s string) string { return latexEscapes.Replace(s) }
