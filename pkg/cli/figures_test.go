package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

func runFigures(args ...string) (code int, stdout, stderr string) {
	var out, log bytes.Buffer
	code = Run(context.Background(), append([]string{"figures"}, args...), &out, &log)
	return code, out.String(), log.String()
}

func TestFigures(t *testing.T) {
	data, out := t.TempDir(), t.TempDir()
	r := &result.Retrieval{Task: "pairs", N: 20, Rows: []result.RetrievalRow{{Checkpoint: result.Checkpoint{Name: "ours"}, Recall10: 0.5, MRR10: 0.25}}}
	if err := result.Save(data, r); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runFigures("--data", data, "--output", out)
	if code != 0 || !strings.Contains(stdout, "retrieval-table.tex") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	if !strings.Contains(stderr, "skipped training-curve: no "+filepath.Join(data, "training-curve.json")+": made by scripts/reproduce\n") {
		t.Errorf("stderr:\n%s", stderr)
	}
	before, err := os.ReadFile(filepath.Join(out, "retrieval-table.md"))
	if err != nil || !strings.Contains(string(before), "| ours | ours | 0.500 | 0.250 |") {
		t.Errorf("%v\n%s", err, before)
	}
}

// --run makes the training curve from the folders of a run before it draws.
func TestFiguresRun(t *testing.T) {
	folder, data, out := t.TempDir(), t.TempDir(), t.TempDir()
	d := run.Description{Provenance: result.Provenance{Preset: "tiny"}, Stage: 1, TotalSteps: 2, MaxLength: 128}
	if err := d.Write(folder); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"eval.jsonl": `{"step":0,"loss":11.5,"accuracy":0}` + "\n" + `{"step":2,"loss":9,"accuracy":0.05}` + "\n",
		"log.jsonl":  `{"step":1,"loss":11.4}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, stdout, stderr := runFigures("--run", folder, "--data", data, "--output", out, "--only", "training-curve")
	if code != 0 || !strings.Contains(stdout, "training-curve@2x.png") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := runFigures("--run", data, "--data", data, "--output", out); code != 1 || !strings.Contains(stderr, "no run.json") {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}

func TestFiguresErrors(t *testing.T) {
	data := t.TempDir()
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "retrieval.json"), []byte(`{"kind":"retrieval","result":{"n":-1}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"unknown name", []string{"--only", "nosuch", "--data", data}, 2, `--only "nosuch" is none of the figures and tables: training-curve, `},
		{"width 0", []string{"--width", "0in", "--data", data}, 2, `--width "0in" is no length such as 3.35in`},
		{"negative width", []string{"--width", "-3in", "--data", data}, 2, `--width "-3in"`},
		{"nonsense width", []string{"--width", "wide", "--data", data}, 2, `--width "wide"`},
		{"height", []string{"--height", "NaNin", "--data", data}, 2, `--height "NaNin"`},
		{"narrow", []string{"--width", "10pt", "--only", "training-curve", "--output", bad}, 1, "training-curve: width 0.1389 in leaves no room beside the labels: make it "},
		{"font size", []string{"--font-size", "-1", "--only", "training-curve", "--output", bad}, 2, "--font-size: font size -1 is not between 4 and 72"},
		{"format", []string{"--format", "gif", "--data", data}, 2, `--format "gif" is none of pdf, svg, png`},
		{"argument", []string{"extra"}, 2, "extra"},
		{"no result at all", []string{"--data", data, "--output", data}, 1, "nothing was drawn"},
		{"named without result", []string{"--only", "similarity", "--data", data, "--output", data}, 1, "made by"},
		{"bad result", []string{"--data", bad, "--output", data}, 1, filepath.Join(bad, "retrieval.json") + ": result:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := runFigures(test.args...)
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			if last := lines[len(lines)-1]; code != test.code || !strings.Contains(last, test.want) {
				t.Errorf("exit %d, want %d; last line %q, want %q", code, test.code, last, test.want)
			}
		})
	}
}

// --width and its like shape a figure and do not touch the project's own.
func TestFiguresShaped(t *testing.T) {
	out := t.TempDir()
	code, stdout, stderr := runFigures("--only", "training-curve", "--width", "3.35in", "--font-size", "7", "--format", "pdf,svg", "--output", out)
	if code != 0 || stdout != filepath.Join(out, "training-curve.pdf")+"\n"+filepath.Join(out, "training-curve.svg")+"\n" {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
	svg, err := os.ReadFile(filepath.Join(out, "training-curve.svg"))
	if err != nil || !strings.Contains(string(svg), `width="241.2pt"`) {
		t.Errorf("%v: the SVG is not 3.35 in = 241.2 pt wide: %.300s", err, svg)
	}
}
