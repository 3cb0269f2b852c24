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

	"llmjp.internal/modernbert/pkg/array"
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
	if err := os.WriteFile(script, []byte(before+"\nexec '"+os.Args[0]+"' \"$1\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
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
	command := worker(t, o, `echo "$CUDA_VISIBLE_DEVICES" >>`+seen+`
case "$1" in *3*) [ -e `+died+` ] || { touch `+died+`; echo no luck >&2; exit 3; } ;; esac`)
	var told []string
	say := func(line string) { told = append(told, line) }
	engine := array.Local{Workers: 2, GPUs: "5,7"}
	err := Array(ctx, o, engine, command, say)
	if err == nil || !strings.Contains(err.Error(), "exit status 3: no luck; the same command does what is missing") {
		t.Fatalf("a worker that dies: %v", err)
	}
	kept := modified(t, o.Dir)
	if len(kept) != 2 {
		t.Fatalf("the other worker made %d runs of 2", len(kept))
	}
	rows = nil
	if err := Array(ctx, o, engine, command, say); err != nil {
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
	if len(told) != 2 || !strings.HasPrefix(told[0], "4 tasks in 2 processes") || !strings.HasPrefix(told[1], "2 tasks in 2 processes") {
		t.Errorf("told %q", told)
	}
	if err := Array(ctx, o, engine, []string{"/no/such/program"}, say); err != nil {
		t.Errorf("a finished sweep again: %v", err)
	}
}
