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

// A latexPlan is how a table fits a width.
type latexPlan struct {
	size   latexSize
	wraps  []bool      // the columns that wrap
	widths []vg.Length // of all columns
	// over is how many times wider than the text the table is before it is
	// scaled down: 1 where it fits.
	over float64
}

// plan returns the largest size of text in which the table fits a width, with
// as few columns that wrap as possible. A table that fits in none is planned
// for more width in the smallest size.
func (t *Table) plan(width vg.Length) latexPlan {
	for over := 1.0; ; over += 0.1 {
		sizes := latexSizes
		if over > 1 {
			sizes = sizes[len(sizes)-1:]
		}
		if p, ok := t.fit(sizes, width*vg.Length(over)); ok {
			p.over = over
			return p
		}
	}
}

func (t *Table) fit(sizes []latexSize, width vg.Length) (p latexPlan, ok bool) {
	for _, p.size = range sizes {
		text := textStyle(p.size.size, ink)
		free := width - 2*columnSep*vg.Length(len(t.Columns))
		widths, least := make([]vg.Length, len(t.Columns)), make([]vg.Length, len(t.Columns))
		var order []int // text columns, the widest first
		for i, c := range t.Columns {
			widths[i] = headWidth(c, text.Width)
			for _, row := range t.Rows {
				widths[i] = max(widths[i], text.Width(row[i].Text))
				least[i] = max(least[i], widest(row[i].Text, text.Width))
			}
			least[i] = max(least[i], widest(c.Head, text.Width))
			free -= widths[i]
			if !c.Right {
				order = append(order, i)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(widths[b] - widths[a]) })
		p.wraps, p.widths = make([]bool, len(t.Columns)), widths
		var narrowest vg.Length
		for n := 0; ; n++ {
			if n == 0 && free >= 0 || n > 0 && free/vg.Length(n) >= max(narrowest, 5*p.size.size) {
				for i, wraps := range p.wraps {
					if wraps {
						widths[i] = free / vg.Length(n)
					}
				}
				return p, true
			}
			if n == len(order) {
				break
			}
			i := order[n]
			p.wraps[i] = true
			free += widths[i]
			narrowest = max(narrowest, least[i])
		}
	}
	return p, false
}

// headWidth returns the width of a column's head, which numbers' columns break
// at spaces.
func headWidth(c Column, width func(string) vg.Length) vg.Length {
	if c.Right {
		return widest(c.Head, width)
	}
	return width(c.Head)
}

// widest returns the width of the widest piece of a text that cannot be broken.
func widest(words string, width func(string) vg.Length) (w vg.Length) {
	for _, part := range parts(words) {
		for _, piece := range strings.SplitAfter(strings.TrimSpace(part), "-") {
			w = max(w, width(piece))
		}
	}
	return w
}

// pages cuts the rows into parts that fit a page each.
func (t *Table) pages(p latexPlan) (out [][][]Cell) {
	text := textStyle(p.size.size, ink)
	lines, from := 0, 0
	for i, row := range t.Rows {
		n := 1
		for k, c := range row {
			if p.wraps[k] {
				n = max(n, 1+strings.Count(wrap(text, c.Text, p.widths[k]), "\n"))
			}
		}
		if lines+n > pageLines && i > from {
			out = append(out, t.Rows[from:i])
			lines, from = 0, i
		}
		lines += n
	}
	return append(out, t.Rows[from:])
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
