package figure

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

// tables returns all tables, of small made-up results.
func tables(t *testing.T) []*Table {
	var out []*Table
	add := func(x *Table, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	j := sampleJGLUE()
	for i := range j.Runs {
		if j.Runs[i].Task == "JNLI" {
			j.Runs[i].Note = "trained on substitutes: not comparable"
		}
	}
	add(TrainingTable(sampleCurve()))
	add(JGLUETable(j))
	add(JGLUESpread(j))
	add(JGLUEErrors(j, j.Last(), 1))
	add(FillMaskTable(sampleFillMask()))
	add(FillMaskAll(sampleFillMask()))
	add(FillMaskScores(sampleFillMask()))
	add(FillMaskTokens(sampleFillMask()))
	add(FillMaskTop(sampleFillMask(), 1, 3))
	add(RetrievalTable(sampleRetrieval()))
	add(PerplexityTable(samplePerplexity(4)))
	add(AlignmentTable(sampleAlignment()))
	add(SimilarityTable(sampleSimilarity()))
	add(BenchTable(sampleBench()))
	add(ClaimsTable(sampleClaims()))
	add(PlateauTable(sampleClaims()))
	add(SecondStagesTable(sampleSecondStages()))
	return out
}

// TestGoldenTables compares every table with testdata/NAME.md and .tex; -regen
// writes them again.
func TestGoldenTables(t *testing.T) {
	for _, x := range tables(t) {
		for i, row := range x.Rows {
			if len(row) != len(x.Columns) {
				t.Errorf("%s: row %d has %d cells, want %d", x.Name, i, len(row), len(x.Columns))
			}
		}
		for suffix, got := range map[string]string{".md": x.Markdown(), ".tex": x.LaTeX()} {
			golden := filepath.Join("testdata", x.Name+suffix)
			if *regen {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-regen writes it again):\n%s", golden, diff)
			}
		}
	}
}

func TestEscapes(t *testing.T) {
	if got, want := markdown("a|b*c_d\\"), `a\|b\*c\_d\\`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := latex(`50% & {x_1} #2 \`), `50\% \& \{x\_1\} \#2 \textbackslash{}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Every entry of the catalog draws its own kind of result under its own name.
func TestCatalog(t *testing.T) {
	data, out := t.TempDir(), t.TempDir()
	for _, e := range Catalog() {
		if _, err := e.Draw(data); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s without a result: %v", e.Name, err)
		}
	}
	bench := sampleBench()
	for i := range 3 { // the other axes need rows that vary
		r := bench.Rows[0]
		r.Layers, r.Length, r.Batch = 1<<i, 64, 8
		bench.Rows = append(bench.Rows, r)
		r.Layers, r.Length, r.Batch = 3, 32, 1<<i
		bench.Rows = append(bench.Rows, r)
	}
	for _, r := range []result.Result{sampleCurve(), sampleSecondStages(), sampleAlignment(), sampleSimilarity(), sampleJGLUE(), bench, sampleFillMask(), sampleRetrieval(), sampleClaims()} {
		if err := result.Save(data, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := result.WriteFile(filepath.Join(data, result.GPUBench+".json"), bench); err != nil {
		t.Fatal(err)
	}
	for _, e := range Catalog() {
		drawing, err := e.Draw(data)
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		paths, err := drawing.Save(out)
		if err != nil {
			t.Error(err)
		}
		for _, p := range paths {
			if !strings.HasPrefix(filepath.Base(p), e.Name) {
				t.Errorf("%s wrote %s", e.Name, p)
			}
		}
		if _, err := os.Stat(filepath.Join(data, e.Kind+".json")); err != nil {
			t.Errorf("%s is drawn from %s: %v", e.Name, e.Kind, err)
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	j := sampleJGLUE()
	for i := range j.Models {
		j.Models[i] = result.JGLUEModel{Checkpoint: result.Checkpoint{Name: j.Models[i].Label()}}
	}
	var nothing NothingToDraw
	if _, err := JGLUESteps(j); !errors.As(err, &nothing) {
		t.Errorf("error %v", err)
	}
}

// The committed figures and tables are those that the code draws from the
// committed results, byte for byte, and no others.
func TestCommittedDrawings(t *testing.T) {
	const figures = "../../figures"
	drawn := t.TempDir()
	for _, e := range Catalog() {
		drawing, err := e.Draw(filepath.Join(figures, "data"))
		var nothing NothingToDraw
		if errors.As(err, &nothing) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			_, err = drawing.Save(drawn)
		}
		if err != nil {
			t.Error(err)
		}
	}
	read := func(dir string) map[string]string {
		files := map[string]string{}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			files[e.Name()] = string(content)
		}
		return files
	}
	now, committed := read(drawn), read(figures)
	for name, content := range committed {
		if now[name] != content {
			t.Errorf("figures/%s is not what figures/data gives: run scripts/modernbert figures", name)
		}
		delete(now, name)
	}
	for name := range now {
		t.Errorf("figures/%s is missing: run scripts/modernbert figures", name)
	}
}
