package figure

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Every table compiles in one column and in two, without an overfull box or a
// missing letter: pdfLaTeX for those without Japanese, LuaLaTeX for the others.
// Skipped where Debian's texlive is not installed.
func TestLaTeXCompiles(t *testing.T) {
	all := tables(t)
	for _, e := range Catalog() {
		d, err := e.Draw("../../figures/data")
		var nothing NothingToDraw
		if errors.As(err, &nothing) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if x, ok := d.(*Table); ok {
			all = append(all, x)
		}
	}
	for engine, japanese := range map[string]bool{"pdflatex": false, "lualatex": true} {
		t.Run(engine, func(t *testing.T) {
			if _, err := exec.LookPath(engine); err != nil {
				t.Skip(engine + " is not installed: Debian's texlive-latex-recommended, texlive-luatex, texlive-lang-japanese")
			}
			var b strings.Builder
			b.WriteString("\\documentclass[10pt,twocolumn]{article}\n\\usepackage[a4paper,textwidth=16cm,columnsep=0.6cm]{geometry}\n\\usepackage{booktabs,array,tabularx,graphicx,textcomp}\n")
			if japanese {
				b.WriteString("\\usepackage{luatexja}\n")
			} else {
				b.WriteString("\\usepackage[T1]{fontenc}\n\\usepackage{lmodern}\n")
			}
			b.WriteString("\\begin{document}\n")
			n := 0
			for _, x := range all {
				if x.japanese() != japanese {
					continue
				}
				for _, width := range []vg.Length{0, SingleColumn, DoubleColumn} {
					x.Width = width
					b.WriteString("\\typeout{TABLE " + x.Name + "}\n" + x.LaTeX() + "\\clearpage\n")
					n++
				}
				x.Width = 0
			}
			b.WriteString("\\end{document}\n")
			if n < 6 {
				t.Fatalf("only %d tables", n)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "all.tex"), []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			c := exec.Command(engine, "-interaction=nonstopmode", "-halt-on-error", "all.tex")
			c.Dir = dir
			out, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, tail(string(out)))
			}
			table := ""
			for _, line := range strings.Split(string(out), "\n") {
				if name, ok := strings.CutPrefix(line, "TABLE "); ok {
					table = name
				}
				for _, fault := range []string{"Overfull", "Missing character", "Float too large"} {
					if strings.Contains(line, fault) {
						t.Errorf("%s: %s", table, line)
					}
				}
			}
		})
	}
}

func tail(s string) string { return s[max(0, len(s)-1500):] }
