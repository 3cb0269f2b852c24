package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which of our packages a package may import. A name stands for
// its folder in pkg and for all below it that have no line of their own; a
// package may always import what lies under its own name. Tests may import a
// little more: testArrows.
var arrows = map[string]string{
	// What knows nothing of the others.
	"project": "", "lengths": "", "input": "", "durable": "", "backend/kind": "", "backend": "backend/kind durable", "eval/metric": "",
	"ranks": "", "array": "durable",
	// Files of results and runs; they know no model.
	"result": "input durable project",
	// What results show, computed from them alone.
	"eval/finding": "result eval/metric",
	"run":          "input result durable project",
	// From bytes to graphs.
	"hub":   "run input durable project",
	"model": "input backend/kind",
	// What the model's tests share; it opens a backend.
	"model/internal/golden": "model backend",
	"model/checkpoint":      "model input durable",
	"text":                  "input project",
	"corpus":                "text input durable project",
	"encoder":               "lengths model model/checkpoint text input backend project",
	// Experiments: results come out. Training knows no evaluation.
	"provenance":     "run hub corpus result backend durable project",
	"train":          "lengths backend/kind ranks model model/checkpoint encoder text corpus result eval/metric backend durable project",
	"jglue":          "model encoder text corpus input eval/metric",
	"pretrain":       "input ranks run provenance train model model/checkpoint encoder text corpus result backend durable project",
	"finetune/sweep": "array finetune eval/models hub input jglue model model/checkpoint result durable project",
	"finetune":       "provenance train jglue hub input model model/checkpoint encoder text corpus result eval/metric backend durable project",
	"eval/models":    "run provenance encoder corpus hub model model/checkpoint text result backend project",
	"eval/pppl":      "run eval/models hub input model encoder text corpus result durable project",
	"eval/claims":    "result eval/metric eval/finding",
	"eval":           "eval/models input model model/checkpoint encoder text corpus result eval/metric backend durable project eval/finding",
	"bench":          "train pretrain model model/checkpoint encoder text corpus result backend durable project eval/finding",
	"doctor":         "backend text hub model model/checkpoint figure ranks durable",
	// Drawing knows results alone.
	"figure": "result eval/metric eval/finding durable",
	// What the notebooks' cells call.
	"notebook":                   "eval/finding eval/claims figure notebook/internal/variable run result project",
	"notebook/experiment":        "backend notebook notebook/internal/variable figure eval eval/models eval/pppl finetune finetune/sweep pretrain run jglue corpus hub model model/checkpoint encoder text result project",
	"notebook/internal/variable": "project",
	// The command line knows all.
	"cli": "*",
}

// testArrows are what any test may import beyond its package's own arrows.
const testArrows = "project backend durable model/internal/golden eval/finding"

// modules names the few packages that may import a module of others, so that
// it can be exchanged in one place.
var modules = map[string]string{
	"github.com/gomlx/go-xla":            "backend",
	"github.com/gomlx/compute/gobackend": "backend",
	"github.com/daulet/tokenizers":       "text",
	"github.com/ikawaha/kagome":          "text",
	"github.com/janpfeifer/gonb":         "notebook",
	"github.com/spf13/cobra":             "cli",
	"gonum.org/v1/plot":                  "figure notebook",
}

// listed is what go list says of a package.
type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		for _, complaint := range complaints(p) {
			t.Error(complaint)
		}
	}
}

// A package that breaks each rule is told so; without this the test above
// could pass by seeing nothing.
func TestArrowsAreSeen(t *testing.T) {
	for _, test := range []struct {
		p    listed
		want string
	}{
		{listed{ImportPath: Module + "/pkg/figure", Imports: []string{Module + "/pkg/train"}}, "figure imports train"},
		{listed{ImportPath: Module + "/pkg/model/nn", Imports: []string{Module + "/pkg/durable"}}, "model/nn imports durable"},
		{listed{ImportPath: Module + "/pkg/model/nn", Imports: []string{Module + "/pkg/model/checkpoint"}}, "model/nn imports model/checkpoint"},
		{listed{ImportPath: Module + "/pkg/result", TestImports: []string{Module + "/pkg/figure"}}, "result imports figure in its tests"},
		{listed{ImportPath: Module + "/pkg/train", Imports: []string{"github.com/gomlx/go-xla/pjrt"}}, "train imports github.com/gomlx/go-xla/pjrt"},
		{listed{ImportPath: Module + "/pkg/textual"}, "textual has no line"},
	} {
		got := complaints(test.p)
		if len(got) != 1 || !strings.Contains(got[0], test.want) {
			t.Errorf("%v: %q, want %q", test.p, got, test.want)
		}
	}
	fine := listed{ImportPath: Module + "/pkg/model/bert", Imports: []string{Module + "/pkg/model/nn", "fmt"}, TestImports: []string{Module + "/pkg/backend"}}
	if got := complaints(fine); len(got) > 0 {
		t.Error(got)
	}
}

// complaints says what is wrong with a package's imports.
func complaints(p listed) (out []string) {
	name, _ := inHouse(p.ImportPath)
	line := lineOf(name)
	if line == "" {
		return []string{fmt.Sprintf("%s has no line in arrows: say there what it may import", name)}
	}
	allowed := strings.Fields(arrows[line])
	for _, path := range p.Imports {
		if !allows(line, allowed, path) {
			out = append(out, fmt.Sprintf("%s imports %s: not in its line of arrows or modules", name, short(path)))
		}
	}
	allowed = append(allowed, strings.Fields(testArrows)...)
	for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
		if !allows(line, allowed, path) {
			out = append(out, fmt.Sprintf("%s imports %s in its tests: not in its line of arrows or modules", name, short(path)))
		}
	}
	return out
}

// allows tells whether a package of a line may import a path.
func allows(line string, allowed []string, path string) bool {
	if name, ok := inHouse(path); ok {
		to := lineOf(name)
		return to == line || slices.Contains(allowed, "*") || slices.Contains(allowed, to)
	}
	for module, users := range modules {
		if under(path, module) && !slices.Contains(strings.Fields(users), line) {
			return false
		}
	}
	return true
}

// lineOf is the longest line of arrows that a package's name lies under.
func lineOf(name string) (line string) {
	for l := range arrows {
		if under(name, l) && len(l) > len(line) {
			line = l
		}
	}
	return line
}

// under tells whether a path is a folder or lies below it.
func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// inHouse is the name below pkg of one of our packages.
func inHouse(path string) (string, bool) { return strings.CutPrefix(path, Module+"/pkg/") }

func short(path string) string {
	name, _ := inHouse(path)
	return name
}

// packages lists the module's packages.
func packages(t *testing.T) (all []listed) {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./pkg/...")
	cmd.Dir = root
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}
