package sweep

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/finetune"
)

// worker is a command that runs shell code and then this test's binary.
func worker(t *testing.T, o Options, before string) []string {
	t.Helper()
	text, err := json.Marshal(childOptions{o.Config, o.Grid, o.Dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(childEnv, string(text))
	script := filepath.Join(t.TempDir(), "worker.sh")
	write(t, script, before+"\nexec '"+os.Args[0]+"' \"$1\"\n")
	return []string{"/bin/sh", script}
}

// Two processes make the rows that one makes, each with a GPU of its own. One
// that dies stops the sweep when the other is done, and the next call makes
// what is missing and nothing twice.
func TestWorkers(t *testing.T) {
	ctx := context.Background()
	plain := options(t, t.TempDir())
	want := local(t, plain)

	o := plain
	o.Dir = filepath.Join(t.TempDir(), "sweep")
	var rows []Row
	o.Row = func(row Row) error {
		row.Seconds = 0
		rows = append(rows, row)
		return nil
	}
	died := filepath.Join(t.TempDir(), "died")
	seen := filepath.Join(t.TempDir(), "seen")
	t.Setenv("CUDA_VISIBLE_DEVICES", "5,7")
	command := worker(t, o, `echo "$CUDA_VISIBLE_DEVICES" >>`+seen+`
case "$1" in *3*) [ -e `+died+` ] || { touch `+died+`; echo no luck >&2; exit 3; } ;; esac`)
	var said []string
	w := WorkerOptions{N: 2, Command: command, Say: func(line string) { said = append(said, line) }}
	err := Workers(ctx, o, w)
	if err == nil || !strings.Contains(err.Error(), "exit status 3: no luck; the same command makes what is missing") {
		t.Fatalf("a worker that dies: %v", err)
	}
	kept := modified(t, o.Dir)
	if len(kept) != 2 {
		t.Fatalf("the other worker made %d runs of 2", len(kept))
	}
	rows = nil
	if err := Workers(ctx, o, w); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows by two processes:\n%s", diff)
	}
	for path, at := range modified(t, o.Dir) {
		if before, ok := kept[path]; ok && !before.Equal(at) {
			t.Errorf("%s was written a second time", path)
		}
	}
	gpus, _ := os.ReadFile(seen)
	if all := strings.Fields(string(gpus)); len(all) != 4 || !slices.Contains(all, "5") || !slices.Contains(all, "7") {
		t.Errorf("the workers saw the GPUs %v", all)
	}
	if len(said) != 2 || !strings.HasPrefix(said[0], "4 runs in 2 processes") || !strings.HasPrefix(said[1], "2 runs in 2 processes") {
		t.Errorf("said %q", said)
	}
	w.Command = []string{"/no/such/program"}
	if err := Workers(ctx, o, w); err != nil {
		t.Errorf("a finished sweep again: %v", err)
	}
}

func TestWorkersStopped(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "sweep"))
	ctx, cancel := context.WithCancel(context.Background())
	w := WorkerOptions{N: 2, Command: worker(t, o, "sleep 60"), Say: func(string) { cancel() }}
	if err := Workers(ctx, o, w); err == nil || !strings.Contains(err.Error(), "stopped: 0 of 4 runs are finished") {
		t.Error(err)
	}
}

func TestDeal(t *testing.T) {
	var settings []finetune.Setting
	for _, epochs := range []int{1, 2, 3, 4, 5, 10} {
		settings = append(settings, finetune.Setting{Epochs: epochs})
	}
	for n, want := range map[int][][]int{
		1: {{0, 1, 2, 4, 5}},
		2: {{0, 5}, {1, 2, 4}},
		9: {{5}, {4}, {2}, {1}, {0}},
	} {
		if diff := cmp.Diff(want, deal(settings, []int{0, 1, 2, 4, 5}, n)); diff != "" {
			t.Errorf("%d workers: %s", n, diff)
		}
	}
}
