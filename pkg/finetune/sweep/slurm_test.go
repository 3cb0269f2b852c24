package sweep

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/array"
	"llmjp.internal/modernbert/pkg/array/slurmtest"
)

// Under a real Slurm a sweep gives the rows that it gives without, in their
// order, although one task is killed the first time.
func TestSlurm(t *testing.T) {
	slurmtest.Start(t, 1)
	plain := options(t, t.TempDir())
	plain.Grid.LRs = plain.Grid.LRs[:1]
	want := local(t, plain)

	o := plain
	o.Dir = filepath.Join(t.TempDir(), "it's a sweep")
	died := filepath.Join(t.TempDir(), "died")
	command := worker(t, o, `[ "$1" != 1 ] || [ -e `+died+` ] || { touch `+died+`; kill -9 $$; }`) // sbatch passes the environment on
	var rows []Row
	o.Row = func(row Row) error {
		row.Seconds = 0
		rows = append(rows, row)
		return nil
	}
	var told []string
	say := func(line string) { told = append(told, line) }
	if err := Array(context.Background(), o, array.Slurm{Retries: 1, Poll: 200 * time.Millisecond}, command, say); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows under Slurm:\n%s", diff)
	}
	if all := strings.Join(told, "\n"); !strings.Contains(all, "1 tasks did not finish: they are submitted again") {
		t.Errorf("told: %s", all)
	}
}

// A machine without Slurm: one line, and no folder.
func TestWithoutSlurm(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "sweep"))
	t.Setenv("PATH", t.TempDir())
	if err := Array(context.Background(), o, array.Slurm{}, nil, nil); err == nil || !strings.Contains(err.Error(), "sbatch is not to be found") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(o.Dir); err == nil {
		t.Error("it left a folder")
	}
}
