package figure

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

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
		freeWidth := width - 2*columnSep*vg.Length(len(t.Columns))
		widths, least := make([]vg.Length, len(t.Columns)), make([]vg.Length, len(t.Columns))
		var order []int // text columns, the widest first
		for i, c := range t.Columns {
			widths[i] = headWidth(c, text.Width)
			for _, row := range t.Rows {
				widths[i] = max(widths[i], text.Width(row[i].Text))
				least[i] = max(least[i], widest(row[i].Text, text.Width))
			}
			least[i] = max(least[i], widest(c.Head, text.Width))
			freeWidth -= widths[i]
			if !c.Right {
				order = append(order, i)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(widths[b] - widths[a]) })
		p.wraps, p.widths = make([]bool, len(t.Columns)), widths
		var narrowest vg.Length
		for n := 0; ; n++ {
			if n == 0 && freeWidth >= 0 || n > 0 && freeWidth/vg.Length(n) >= max(narrowest, 5*p.size.size) {
				for i, wraps := range p.wraps {
					if wraps {
						widths[i] = freeWidth / vg.Length(n)
					}
				}
				return p, true
			}
			if n == len(order) {
				break
			}
			i := order[n]
			p.wraps[i] = true
			freeWidth += widths[i]
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
