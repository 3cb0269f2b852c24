package notebook

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/project"
)

// The table at the top of a notebook names the variables that the functions
// which its cells call read, and no others, with their defaults.
func TestTables(t *testing.T) {
	source := readSource(t)
	used := map[string]bool{}
	folder, err := project.Path("notebooks")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.ipynb"))
	if err != nil || len(paths) < 12 {
		t.Fatalf("%d notebooks, %v", len(paths), err)
	}
	for _, path := range paths {
		name, cells := filepath.Base(path), readCells(t, path)
		table := map[string]string{} // each variable's default
		for _, row := range strings.Split(cells[0].text(), "\n") {
			columns := strings.Split(row, " | ")
			for _, variable := range regexp.MustCompile("MODERNBERT_[A-Z_]+").FindAllString(columns[0], -1) {
				table[variable] = columns[len(columns)-1]
			}
		}
		read := map[string]bool{}
		for _, cell := range cells {
			for _, used := range regexp.MustCompile(`\$(MODERNBERT_[A-Z_]+)`).FindAllStringSubmatch(cell.text(), -1) {
				if cell.Type == "code" { // as %env NAME $OTHER
					read[used[1]] = true
				}
			}
			for _, call := range regexp.MustCompile(`\b(notebook|experiment)\.(\w+)`).FindAllString(cell.text(), -1) {
				if cell.Type == "code" {
					source.variables(call, read, map[string]bool{})
				}
			}
		}
		maps.Copy(used, read)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(table))); diff != "" {
			t.Errorf("%s: the cells read -, the table names +\n%s", name, diff)
		}
		for variable, column := range table {
			if standard := source.standards[variable]; standard != "" && !strings.Contains(column, standard) {
				t.Errorf("%s: %s: the default is %s, the table says %s", name, variable, standard, column)
			}
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(source.standards)), slices.Sorted(maps.Keys(used))); diff != "" {
		t.Errorf("variables of the package -, of the notebooks +\n%s", diff)
	}
}

type cell struct {
	Type   string   `json:"cell_type"`
	Source []string `json:"source"`
}

func (c cell) text() string { return strings.Join(c.Source, "") }

func readCells(t *testing.T, path string) []cell {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct{ Cells []cell }
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return notebook.Cells
}

// source is what the packages of the notebooks say of variables.
type source struct {
	uses      map[string][]string // of each function, package.Name: functions and variable.Name
	names     map[string]string   // variable.Run: MODERNBERT_RUN
	standards map[string]string   // MODERNBERT_STEPS: 20
}

// variables adds the variables that a function reads, itself or by a call.
func (s source) variables(function string, read, seen map[string]bool) {
	if seen[function] {
		return
	}
	seen[function] = true
	for _, used := range s.uses[function] {
		if name, ok := s.names[used]; ok {
			read[name] = true
		}
		s.variables(used, read, seen)
	}
}

func readSource(t *testing.T) source {
	t.Helper()
	s := source{map[string][]string{}, map[string]string{}, map[string]string{}}
	for folder, name := range map[string]string{".": "notebook", "experiment": "experiment", "internal/variable": "variable"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					s.uses[name+"."+d.Name.Name] = append(s.uses[name+"."+d.Name.Name], uses(name, d)...)
				case *ast.GenDecl:
					s.declared(name, d)
				}
			}
		}
	}
	return s
}

// uses lists the package-level names that a function mentions.
func uses(pkg string, f *ast.FuncDecl) (all []string) {
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				all = append(all, x.Name+"."+n.Sel.Name)
			} else {
				ast.Inspect(n.X, visit)
			}
			return false
		case *ast.KeyValueExpr:
			ast.Inspect(n.Value, visit)
			return false
		case *ast.Ident:
			all = append(all, pkg+"."+n.Name)
		}
		return true
	}
	ast.Inspect(f.Body, visit)
	return all
}

// declared adds the Variable literals of a declaration.
func (s source) declared(pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		values, ok := spec.(*ast.ValueSpec)
		if !ok || len(values.Values) != 1 {
			continue
		}
		literal, ok := values.Values[0].(*ast.CompositeLit)
		if !ok || len(literal.Elts) != 2 {
			continue
		}
		text := func(i int) string { return strings.Trim(literal.Elts[i].(*ast.BasicLit).Value, `"`) }
		s.names[pkg+"."+values.Names[0].Name] = text(0)
		s.standards[text(0)] = text(1)
	}
}

// Only the notebooks' packages read the notebooks' variables: libraries take
// arguments.
func TestNobodyElseReadsVariables(t *testing.T) {
	others := regexp.MustCompile(`"MODERNBERT_(ROOT|STACK|PROGRAMS)\b`) // of project, cli, backend
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || strings.HasPrefix(path, "../notebook") || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if found := regexp.MustCompile(`"MODERNBERT_\w*`).FindString(others.ReplaceAllString(string(content), "")); found != "" {
			t.Errorf("%s: %s", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
