package sweep

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// underSlurm are options whose tasks are this test's binary; before is shell
// code that runs first and finds the run's number in $1.
func underSlurm(t *testing.T, o Options, before string) (SlurmOptions, *[]string) {
	t.Helper()
	text, err := json.Marshal(childOptions{o.Config, o.Grid, o.Dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(childEnv, string(text)) // sbatch hands it on
	script := filepath.Join(t.TempDir(), "task.sh")
	write(t, script, before+"\nexec '"+os.Args[0]+"' \"$1\"\n")
	said := &[]string{}
	return SlurmOptions{
		Command: []string{"/bin/sh", script}, Retries: 1, Poll: 200 * time.Millisecond,
		Say: func(line string) { *said = append(*said, line) },
	}, said
}

// Under a real Slurm a sweep gives the rows that it gives without, in their
// order, although one task is killed the first time and the waiting process is
// stopped and started again.
func TestSlurm(t *testing.T) {
	startSlurm(t)
	plain := options(t, t.TempDir())
	plain.Grid.LRs = plain.Grid.LRs[:1]
	want := local(t, plain)

	o := plain
	o.Dir = filepath.Join(t.TempDir(), "it's a sweep")
	died := filepath.Join(t.TempDir(), "died")
	s, said := underSlurm(t, o, `[ "$1" != 1 ] || [ -e `+died+` ] || { touch `+died+`; kill -9 $$; }`)
	var rows []Row
	o.Row = func(row Row) error {
		row.Seconds = 0
		rows = append(rows, row)
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	say := s.Say
	s.Say = func(line string) { say(line); cancel() } // as soon as the job is handed in
	if err := Slurm(ctx, o, s); err == nil || !strings.Contains(err.Error(), "goes on under Slurm") {
		t.Fatalf("stopped: %v", err)
	}
	s.Say = say
	if err := Slurm(context.Background(), o, s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows under Slurm:\n%s", diff)
	}
	log := strings.Join(*said, "\n")
	for _, part := range []string{": 2 runs", "of an earlier call has 2 runs", "1 runs of job 1 did not finish: they are handed in again", ": 1 runs"} {
		if !strings.Contains(log, part) {
			t.Errorf("not said: %s, but\n%s", part, log)
		}
	}
	if strings.Count(log, ": 2 runs") != 1 {
		t.Errorf("the job was handed in twice:\n%s", log)
	}
}

// What dies every time ends the sweep with one line that names the log.
func TestSlurmGivesUp(t *testing.T) {
	startSlurm(t)
	o := options(t, filepath.Join(t.TempDir(), "sweep"))
	s, _ := underSlurm(t, o, "echo no luck >&2; exit 3")
	err := Slurm(context.Background(), o, s)
	if err == nil || !strings.Contains(err.Error(), "4 runs died 2 times under Slurm, the first is number 0 (lr=0.001,epochs=2,seed=42): see ") {
		t.Fatalf("error %v", err)
	}
	_, path, _ := strings.Cut(err.Error(), "see ")
	if log, err := os.ReadFile(path); err != nil || !strings.Contains(string(log), "no luck") {
		t.Errorf("%v: %s", err, log)
	}
	// What sbatch refuses is said in its words.
	s.Options = []string{"--partition=nowhere"}
	if err := Slurm(context.Background(), o, s); err == nil || !strings.Contains(err.Error(), "invalid partition") {
		t.Errorf("a partition that is not there: %v", err)
	}
}

func TestWithoutSlurm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := Slurm(context.Background(), options(t, t.TempDir()), SlurmOptions{})
	if err == nil || !strings.Contains(err.Error(), "sbatch is not to be found") || !strings.Contains(err.Error(), "--engine local") {
		t.Errorf("error %v", err)
	}
}

// Slurm's programs without a cluster: one line, and no folder.
func TestSlurmDoesNotAnswer(t *testing.T) {
	programs, dir := t.TempDir(), filepath.Join(t.TempDir(), "sweep")
	for _, name := range []string{"sbatch", "squeue"} {
		write(t, filepath.Join(programs, name), "#!/bin/sh\necho first >&2\necho second >&2\necho 'squeue: fatal: no configuration' >&2\nexit 1\n")
		if err := os.Chmod(filepath.Join(programs, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", programs+":/bin:/usr/bin")
	err := Slurm(context.Background(), options(t, dir), SlurmOptions{})
	if err == nil || err.Error() != "Slurm does not answer: squeue: exit status 1: second; squeue: fatal: no configuration; --engine local needs none" {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it left a folder")
	}
}
