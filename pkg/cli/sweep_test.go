package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/finetune/sweep"
)

// A sweep prints a line a run and one with the best; a second time it prints
// the same and runs nothing; its table and heat map can be drawn.
func TestSweep(t *testing.T) {
	rows, out := rowsOf(t, 12), filepath.Join(t.TempDir(), "sweep")
	args := []string{"sweep", "--task", "jsts", "--model", smallModel, "--train", rows, "--valid", rows, "--output", out, "--grid", "lr=1e-3", "epochs=1,2"}
	stdout, stderr, code := command(args...)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || len(lines) != 3 {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
	var run struct {
		Task, Metric, Note string
		Epochs             int
	}
	if err := json.Unmarshal([]byte(lines[1]), &run); err != nil || run.Task != "JSTS" || run.Epochs != 2 || !strings.Contains(run.Note, "trained on 12 rows (rows.json)") {
		t.Errorf("%v: %s", err, lines[1])
	}
	var best struct {
		Best      struct{ Score float64 }
		Runs      int
		Deviation *float64 // one seed has none
		Selection struct{ Chosen, Worth float64 }
	}
	if err := json.Unmarshal([]byte(lines[2]), &best); err != nil || best.Runs != 2 || best.Deviation != nil {
		t.Errorf("%v: %s", err, lines[2])
	}
	again, stderr, code := command(args...)
	if code != 0 || again != stdout || strings.Contains(stderr, "training and") {
		t.Errorf("a second time: exit %d\n%s%s", code, again, stderr)
	}
	figures := t.TempDir()
	if _, stderr, code := command("figures", "--sweep", out, "--data", filepath.Join(figures, "data"), "--output", figures); code != 0 {
		t.Errorf("figures: exit %d, %s", code, stderr)
	}
	for _, name := range []string{"jglue-table.md", "jglue-table.tex", "jglue-sweep.svg", "jglue-spread.md", "jglue-errors.md"} {
		if _, err := os.Stat(filepath.Join(figures, name)); err != nil {
			t.Error(err)
		}
	}
}

// What a task of a job array calls makes the run of its number.
func TestSweepWorker(t *testing.T) {
	rows, out := rowsOf(t, 12), filepath.Join(t.TempDir(), "it's a sweep")
	o := sweepOptions{fineTuneOptions: fineTuneOptions{task: "jsts", model: smallModel, train: []string{rows}, valid: []string{rows}, output: out, batchSize: 8, maxLength: 16, devices: 1, rows: 10}}
	config, err := o.config()
	if err != nil {
		t.Fatal(err)
	}
	grid, err := sweep.ParseGrid("lr=2e-3,1e-3", "epochs=1", "seed=5,6")
	if err != nil {
		t.Fatal(err)
	}
	cmd, err := o.worker(config, grid)
	if err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, code := command(append(cmd[1:], "3")...); code != 0 || stdout != "" {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	entries, err := os.ReadDir(filepath.Join(out, "runs"))
	if err != nil || len(entries) != 1 || entries[0].Name() != "lr=0.001,epochs=1,seed=6.json" {
		t.Errorf("%v, %v", entries, err)
	}
	content, _ := os.ReadFile(filepath.Join(out, "runs", "lr=0.001,epochs=1,seed=6.json"))
	if !strings.Contains(string(content), "trained on 10 rows") || !strings.Contains(string(content), `"updates":2`) {
		t.Errorf("not with these settings: %s", content)
	}
}
