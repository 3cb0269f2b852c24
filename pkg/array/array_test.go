package array

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/array/slurmtest"
)

// job returns a job of n tasks in dir. Each runs shell code, which finds its
// number in $n and the folder in $dir, and then leaves the file out/N. told
// holds what the user is told.
func job(t *testing.T, dir string, n int, code string) (j Job, told *[]string) {
	t.Helper()
	out := filepath.Join(dir, "out")
	if err := os.MkdirAll(out, 0o777); err != nil {
		t.Fatal(err)
	}
	script := "dir=$0\nfor n in $(echo $1 | tr , ' '); do\n[ ! -e \"$dir/out/$n\" ] || continue\n" + code + "\necho $n >\"$dir/out/$n\"\ndone"
	told = &[]string{}
	return Job{
		Dir: dir, Name: "test", Command: []string{"/bin/sh", "-c", script, dir},
		Missing: func() (missing []int, err error) {
			for i := range n {
				if _, err := os.Stat(filepath.Join(out, fmt.Sprint(i))); err != nil {
					missing = append(missing, i)
				}
			}
			return missing, nil
		},
		Describe: func(n int) string { return fmt.Sprintf("task %c", 'a'+n) },
		Say:      func(line string) { *told = append(*told, line) },
	}, told
}

// once is code that kills the process of one task the first time.
const once = `[ "$n" != 1 ] || [ -e "$dir/died" ] || { touch "$dir/died"; kill -9 $$; }`

// Workers that are killed have their tasks run again; what is finished is not
// run again; each has a GPU of its own.
func TestLocal(t *testing.T) {
	dir := t.TempDir()
	j, told := job(t, dir, 5, `echo $CUDA_VISIBLE_DEVICES >>"$dir/seen"`+"\n"+once)
	if err := (Local{Workers: 2, GPUs: "5,7", Retries: 1}).Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	seen, _ := os.ReadFile(filepath.Join(dir, "seen"))
	gpus := strings.Fields(string(seen))
	if len(gpus) != 6 || !slices.Contains(gpus, "5") || !slices.Contains(gpus, "7") {
		t.Errorf("six starts of a task on the GPUs 5 and 7, seen %q", gpus)
	}
	all := strings.Join(*told, "\n")
	if !strings.HasPrefix(all, "5 tasks in 2 processes") || !strings.Contains(all, "worker 1: signal: killed") || !strings.Contains(all, "2 tasks are run again") {
		t.Errorf("told: %s", all)
	}
	j.Command = []string{"/no/such/program"}
	if err := (Local{Workers: 2}).Run(context.Background(), j); err != nil {
		t.Errorf("a finished job again: %v", err)
	}
}

// Workers beyond the GPUs share them in turns, which is told.
func TestLocalSharesGPUs(t *testing.T) {
	defer func(before string) { devices = before }(devices)
	devices = t.TempDir()
	for _, name := range []string{"nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"} {
		if err := os.WriteFile(filepath.Join(devices, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	j, told := job(t, dir, 3, `echo $CUDA_VISIBLE_DEVICES >>"$dir/seen"`)
	if err := (Local{Workers: 3}).Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	seen, _ := os.ReadFile(filepath.Join(dir, "seen"))
	gpus := strings.Fields(string(seen))
	slices.Sort(gpus)
	if !slices.Equal(gpus, []string{"0", "0", "1"}) || !strings.Contains(strings.Join(*told, "\n"), "3 workers share 2 GPUs") {
		t.Errorf("seen %q, told %q", gpus, *told)
	}
}

func TestLocalFails(t *testing.T) {
	j, told := job(t, t.TempDir(), 2, "echo no luck >&2; exit 3")
	err := Local{Workers: 1, Retries: 5}.Run(context.Background(), j)
	if err == nil || !strings.Contains(err.Error(), "worker 0: exit status 3: no luck; the same command does what is missing") || len(*told) != 1 {
		t.Errorf("a task with an error is not run again: %v, %q", err, *told)
	}
	j, _ = job(t, t.TempDir(), 2, "kill -9 $$")
	if err := (Local{Workers: 1, Retries: 1}).Run(context.Background(), j); err == nil || !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("a task that is killed every time: %v", err)
	}
	j, _ = job(t, t.TempDir(), 2, "exit 0")
	if err := (Local{Workers: 1}).Run(context.Background(), j); err == nil || !strings.Contains(err.Error(), "2 tasks were not done, the first is number 0 (task a)") {
		t.Errorf("a task that leaves no file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	j, _ = job(t, t.TempDir(), 2, "sleep 60")
	j.Say = func(string) { cancel() }
	if err := (Local{Workers: 2}).Run(ctx, j); err == nil || !strings.Contains(err.Error(), "stopped: 2 tasks are not finished") {
		t.Errorf("stopped: %v", err)
	}
}

func TestDeal(t *testing.T) {
	weights := []int{1, 2, 3, 4, 5, 10}
	for n, want := range map[int][][]int{
		1: {{0, 1, 2, 4, 5}},
		2: {{0, 5}, {1, 2, 4}},
		9: {{5}, {4}, {2}, {1}, {0}},
	} {
		if diff := cmp.Diff(want, deal([]int{0, 1, 2, 4, 5}, n, func(i int) int { return weights[i] })); diff != "" {
			t.Errorf("%d workers: %s", n, diff)
		}
	}
}

// Under a real Slurm a task that is killed is submitted again. A call that ended
// while its job was in the queue, whatever ended it, is resumed by the next: it
// finds the job by its name.
func TestSlurm(t *testing.T) {
	slurmtest.Start(t, 1)
	dir := filepath.Join(t.TempDir(), "it's 100%A folder")
	j, told := job(t, dir, 3, "sleep 1\n"+once)
	s := Slurm{Retries: 1, Poll: 200 * time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	say := j.Say
	j.Say = func(line string) { say(line); cancel() } // as soon as the job is submitted
	if err := s.Run(ctx, j); err == nil || !strings.Contains(err.Error(), "stopped: the tasks go on under Slurm") {
		t.Fatalf("stopped: %v", err)
	}
	j.Say = say
	if err := s.Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	want := []string{"job 1: 3 tasks", "3 tasks of an earlier call are in the queue (job 1)", "job 4: 1 tasks"}
	if diff := cmp.Diff(want, *told); diff != "" {
		t.Errorf("told:\n%s", diff)
	}
	if logs, _ := filepath.Glob(filepath.Join(dir, "slurm", "1_*.log")); len(logs) != 3 {
		t.Errorf("logs %q", logs)
	}
	if script, err := os.ReadFile(filepath.Join(dir, "slurm", "task.sh")); err != nil || !strings.HasPrefix(string(script), "#!/bin/sh\n") {
		t.Errorf("%v: %s", err, script)
	}
}

// Slurm refuses an index of 1,001 and above: tasks of higher numbers are submitted
// as further arrays. A task that dies in one of them is found by its number.
func TestSlurmOfManyTasks(t *testing.T) {
	slurmtest.Start(t, 1)
	j, told := job(t, t.TempDir(), 2501, `[ "$n" != 2500 ] || [ -e "$dir/died" ] || { touch "$dir/died"; echo no luck >&2; exit 3; }`)
	all := j.Missing
	j.Missing = func() (missing []int, err error) {
		missing, err = all()
		return slices.DeleteFunc(missing, func(n int) bool { return !slices.Contains([]int{0, 999, 1000, 2500}, n) }), err
	}
	s := Slurm{Poll: 200 * time.Millisecond}
	err := s.Run(context.Background(), j)
	if err == nil || !strings.Contains(err.Error(), "1 tasks died 1 times under Slurm, the first is number 2500 (") {
		t.Fatalf("error %v", err)
	}
	_, path, _ := strings.Cut(err.Error(), "see ")
	if log, err := os.ReadFile(path); err != nil || strings.TrimSpace(string(log)) != "no luck" {
		t.Errorf("%v: %s", err, log)
	}
	if err := s.Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	var tasks []string
	for _, line := range *told {
		_, n, _ := strings.Cut(line, ": ")
		tasks = append(tasks, n)
	}
	if diff := cmp.Diff([]string{"2 tasks", "1 tasks", "1 tasks", "1 tasks"}, tasks); diff != "" {
		t.Errorf("told:\n%s", diff)
	}
}

// What dies every time ends the job with one line that names the log.
func TestSlurmGivesUp(t *testing.T) {
	slurmtest.Start(t, 1)
	j, told := job(t, t.TempDir(), 2, "echo no luck >&2; exit 3")
	s := Slurm{Retries: 1, Poll: 200 * time.Millisecond}
	err := s.Run(context.Background(), j)
	if err == nil || !strings.Contains(err.Error(), "2 tasks died 2 times under Slurm, the first is number 0 (task a): see ") {
		t.Fatalf("error %v", err)
	}
	_, path, _ := strings.Cut(err.Error(), "see ")
	if log, err := os.ReadFile(path); err != nil || !strings.Contains(string(log), "no luck") {
		t.Errorf("%v: %s", err, log)
	}
	if !slices.Contains(*told, "2 tasks did not finish: they are submitted again") {
		t.Errorf("told %q", *told)
	}
	// sbatch's own words say what it refuses.
	s.Options = []string{"--partition=nowhere"}
	if err := s.Run(context.Background(), j); err == nil || !strings.Contains(err.Error(), "invalid partition") {
		t.Errorf("a partition that is not there: %v", err)
	}
}

func TestWithoutSlurm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := Slurm{}.Check(context.Background())
	if err == nil || !strings.Contains(err.Error(), "sbatch is not to be found") || !strings.Contains(err.Error(), "--engine local") {
		t.Errorf("error %v", err)
	}
}

// Slurm's programs without a cluster: one line.
func TestSlurmDoesNotAnswer(t *testing.T) {
	programs := t.TempDir()
	for _, name := range []string{"sbatch", "squeue"} {
		text := "#!/bin/sh\necho first >&2\necho second >&2\necho 'squeue: fatal: no configuration' >&2\nexit 1\n"
		if err := os.WriteFile(filepath.Join(programs, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", programs+":/bin:/usr/bin")
	err := Slurm{}.Check(context.Background())
	if err == nil || err.Error() != "Slurm does not answer: squeue: exit status 1: second; squeue: fatal: no configuration; --engine local needs none" {
		t.Errorf("error %v", err)
	}
}
