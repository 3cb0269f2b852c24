package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// childEnv holds the options of a process that a test kills, or that Slurm
// starts: the test's binary, which makes a sweep instead of running tests.
const childEnv = "SWEEP_TEST_OPTIONS"

func TestMain(m *testing.M) {
	if options := os.Getenv(childEnv); options != "" {
		if err := child(options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func child(text string) error {
	var c childOptions
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	o := Options{Config: c.Config, Grid: c.Grid, Dir: c.Dir}
	if len(os.Args) < 2 {
		return Local(context.Background(), o)
	}
	var numbers []int
	for _, text := range strings.Split(os.Args[1], ",") {
		number, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		numbers = append(numbers, number)
	}
	return RunNumbers(context.Background(), o, numbers...)
}

// childOptions are those of Options that a process can be given.
type childOptions struct {
	Config finetune.Config
	Grid   Grid
	Dir    string
}

// options are a sweep of four runs on a few rows of JSTS.
func options(t *testing.T, dir string) Options {
	t.Helper()
	rows := t.TempDir()
	for name, n := range map[string]int{"train.json": 24, "valid.json": 12} {
		path, err := project.Path("data", "jglue", "jsts", name)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.SplitAfter(content, []byte("\n"))[:n]
		if err := os.WriteFile(filepath.Join(rows, name), bytes.Join(lines, nil), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	grid, err := ParseGrid("lr=1e-3,3e-3 epochs=2,4")
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Config: finetune.Config{
			Task: jglue.JSTS, Model: "../../eval/testdata/modernbert", Checkpoint: result.Checkpoint{Stage: 1, Step: 4000},
			Train: []string{filepath.Join(rows, "train.json")}, Valid: []string{filepath.Join(rows, "valid.json")},
			BatchSize: 8, MaxLength: 32,
		},
		Grid: grid, Dir: dir,
	}
}

// local makes a sweep and gives its rows, without what differs from one time
// to the next.
func local(t *testing.T, o Options) []Row {
	t.Helper()
	var rows []Row
	o.Row = func(row Row) error {
		row.Seconds = 0
		rows = append(rows, row)
		return nil
	}
	if err := Local(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	return rows
}

// A sweep that is killed by SIGKILL twice makes no run twice and gives the
// table that nobody disturbed.
func TestKilledSweepGivesTheSameTable(t *testing.T) {
	whole := options(t, t.TempDir())
	opened := 0
	whole.Open = func(ctx context.Context, c finetune.Config) (*finetune.Trainer, func(), error) {
		opened++
		trainer, err := finetune.Open(ctx, c)
		return trainer, trainer.Close, err
	}
	want := local(t, whole)
	if len(want) != 4 || opened != 1 {
		t.Fatalf("%d runs, the model was loaded %d times", len(want), opened)
	}
	killed := whole
	killed.Dir, killed.Open = filepath.Join(t.TempDir(), "sweep"), nil
	for n := 1; n <= 2; n++ {
		killAfter(t, killed, n)
	}
	kept := modified(t, killed.Dir)
	if len(kept) < 2 || len(kept) > 3 {
		t.Fatalf("two kills left %d finished runs of 4", len(kept))
	}
	if diff := cmp.Diff(want, local(t, killed)); diff != "" {
		t.Errorf("the table after two kills:\n%s", diff)
	}
	after := modified(t, killed.Dir)
	for path, at := range kept {
		if !after[path].Equal(at) {
			t.Errorf("%s was written a second time", path)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(killed.Dir, runsFolder, ".*.tmp")); len(left) > 0 {
		t.Errorf("left half written: %v", left)
	}
	killed.Open = func(context.Context, finetune.Config) (*finetune.Trainer, func(), error) {
		return nil, nil, fmt.Errorf("nothing is left to do")
	}
	if diff := cmp.Diff(want, local(t, killed)); diff != "" {
		t.Errorf("a finished sweep again:\n%s", diff)
	}
}

// killAfter starts the sweep as a process and kills it when n runs are there.
func killAfter(t *testing.T, o Options, n int) {
	t.Helper()
	text, err := json.Marshal(childOptions{o.Config, o.Grid, o.Dir})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			t.Fatalf("the sweep ended before it could be killed: %v: %s", err, said.String())
		case <-time.After(time.Millisecond):
		}
		if len(modified(t, o.Dir)) >= n {
			_ = cmd.Process.Kill()
			<-ended
			return
		}
	}
}

// modified are the times at which the finished runs were written.
func modified(t *testing.T, dir string) map[string]time.Time {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, runsFolder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]time.Time{}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			times[path] = info.ModTime()
		}
	}
	return times
}

// A run whose loss explodes is kept as failed and does not stop the others.
func TestFailedRunAndCollect(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "sweep"))
	o.Grid.LRs, o.Grid.Epochs = []float64{1e-3, 1e30}, []int{2}
	rows := local(t, o)
	if len(rows) != 2 || rows[0].Failed != "" || !strings.Contains(rows[1].Failed, "lr=1e+30,epochs=2,seed=42: the loss is not finite") {
		t.Fatalf("rows %+v", rows)
	}
	j, err := Collect(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := finding.Score(j, "stage 1, 4k", "JSTS")
	if !ok || s.Runs != 1 || s.Best.Score != rows[0].Score || s.Best.LR != 1e-3 || !strings.Contains(s.Best.Note, "trained on 24 rows") {
		t.Errorf("the table has %+v", s)
	}
	if n := j.Provenance.Notes; len(n) != 1 || !strings.Contains(n[0], "not finite") {
		t.Errorf("notes %v", n)
	}
	if selection, ok := j.Selection("stage 1, 4k", "JSTS"); !ok || selection.Runs != 1 {
		t.Errorf("selection %+v", selection)
	}
	if len(j.Misjudged) != 12 || j.Misjudged[0].Error < j.Misjudged[11].Error || j.Misjudged[0].Sentence2 == "" {
		t.Errorf("misjudged %+v", j.Misjudged)
	}
	if j.Models[0].Parameters < 10000 || j.Models[0].Parameters > 100000 {
		t.Errorf("%d parameters", j.Models[0].Parameters)
	}
	if _, err := Collect(o.Dir, o.Dir); err == nil || !strings.Contains(err.Error(), "repeats") {
		t.Errorf("the same sweep twice: %v", err)
	}
	if _, err := Collect(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not the folder of a sweep") {
		t.Errorf("an empty folder: %v", err)
	}
}

// A folder is one sweep's and one process's.
func TestFolderIsOfOneSweep(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "sweep"))
	o.Open = func(context.Context, finetune.Config) (*finetune.Trainer, func(), error) {
		return nil, nil, fmt.Errorf("opened")
	}
	ctx := context.Background()
	if err := Local(ctx, o); err == nil || err.Error() != "opened" {
		t.Fatal(err)
	}
	for want, change := range map[string]func(c *finetune.Config){
		"on other training or validation rows":                         func(c *finetune.Config) { c.Train = c.Valid },
		"with batches of 8 rows, not 16":                               func(c *finetune.Config) { c.BatchSize = 16 },
		"with 32 tokens a row, not 64":                                 func(c *finetune.Config) { c.MaxLength = 64 },
		"called stage 1, 4k, not stage 2, 4k":                          func(c *finetune.Config) { c.Checkpoint.Stage = 2 },
		"of another model (stage 1, 4k, pkg/eval/testdata/modernbert)": func(c *finetune.Config) { c.Model = "../../eval/testdata/bert" },
		"training rows: ":                                              func(c *finetune.Config) { c.Task = jglue.JNLI },
	} {
		other := o
		change(&other.Config)
		if err := Local(ctx, other); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	unlock, err := folder(o.Dir).lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := Local(ctx, o); err == nil || !strings.Contains(err.Error(), "another process is sweeping here") {
		t.Errorf("a locked folder: %v", err)
	}
	unlock()
	if err := Local(ctx, o); err == nil || err.Error() != "opened" {
		t.Errorf("an unlocked folder: %v", err)
	}
	path := filepath.Join(o.Dir, rowFile(o.Grid.Settings()[0]))
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Local(ctx, o); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "remove it to run it again") {
		t.Errorf("a damaged run: %v", err)
	}
}

func TestStopped(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "sweep"))
	ctx, cancel := context.WithCancel(context.Background())
	o.Row = func(Row) error { cancel(); return nil }
	if err := Local(ctx, o); err == nil || !strings.Contains(err.Error(), "stopped: 1 of 4 runs are finished") {
		t.Errorf("error %v", err)
	}
}
