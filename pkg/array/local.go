package array

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// workersFolder holds the workers' logs.
const workersFolder = "workers"

// Local runs tasks in several processes of this machine at a time. Worker k
// sees only the k-th GPU; where there are fewer GPUs than workers, they share
// them in turns. The death of a worker does not stop the others.
type Local struct {
	Workers int
	GPUs    string // the GPUs to use, as in CUDA_VISIBLE_DEVICES; "" for all
	Retries int    // how often to repeat the tasks of killed workers
}

// Check returns nil: every machine can start processes.
func (l Local) Check(context.Context) error { return nil }

// Run shares the missing tasks among the workers. It repeats the tasks of a
// worker that a signal killed, as the kernel does when memory runs out, at
// most Retries times. A worker that ended with an error would fail again, so
// Run returns its error.
func (l Local) Run(ctx context.Context, j Job) error {
	for try := 0; ; try++ {
		missing, err := j.Missing()
		if err != nil || len(missing) == 0 {
			return err
		}
		died := l.round(ctx, &j, missing)
		left, err := j.Missing()
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("stopped: %d tasks are not finished, the same command goes on from there", len(left))
		case len(left) == 0:
			return nil
		case died == nil:
			return fmt.Errorf("%d tasks were not done, the first is %s: see %s", len(left), j.describe(left[0]), filepath.Join(j.Dir, workersFolder))
		case !killed(died) || try >= l.Retries:
			return died
		}
		j.say("%v; %d tasks are run again", died, len(left))
	}
}

// killed tells whether a worker was ended by a signal.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// round runs the tasks once and returns the first worker's error.
func (l Local) round(ctx context.Context, j *Job, numbers []int) error {
	logs := filepath.Join(j.Dir, workersFolder)
	if err := os.MkdirAll(logs, 0o777); err != nil {
		return err
	}
	shares := deal(numbers, l.Workers, j.Weight)
	j.say("%d tasks in %d processes, their logs are in %s", len(numbers), len(shares), logs)
	gpus := l.gpus()
	if n := len(gpus); n > 0 && n < len(shares) {
		j.say("%d workers share %d GPUs and their memory; with --workers %d each has one of its own", len(shares), n, n)
	}
	ended := make(chan error)
	for k, share := range shares {
		gpu := strconv.Itoa(k)
		if len(gpus) > 0 {
			gpu = gpus[k%len(gpus)]
		}
		go func() { ended <- l.work(ctx, j, k, share, gpu, filepath.Join(logs, strconv.Itoa(k)+".log")) }()
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var died error
	for running := len(shares); running > 0; {
		select {
		case err := <-ended:
			running--
			died = cmp.Or(died, err)
		case <-tick.C:
			if _, err := j.Missing(); err != nil {
				died = cmp.Or(died, err)
			}
		}
	}
	return died
}

// work starts one worker process on the tasks, with one GPU and its output in
// the file log, and waits for its end.
func (l Local) work(ctx context.Context, j *Job, k int, numbers []int, gpu, log string) error {
	args := append(slices.Clone(j.Command), list(numbers))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(cmd.Environ(), "CUDA_VISIBLE_DEVICES="+gpu)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 30 * time.Second
	// In a process group of its own the worker gets a terminal's interrupt only
	// through ctx. The kernel kills it when this process dies.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	file, err := os.Create(log)
	if err != nil {
		return err
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Run(); err != nil {
		output, _ := os.ReadFile(log)
		lines := bytes.Split(bytes.TrimSpace(output), []byte("\n"))
		return fmt.Errorf("worker %d: %w: %s; the same command does what is missing (log: %s)", k, err, lines[len(lines)-1], log)
	}
	return nil
}

// devices is the folder of device files. Tests change it.
var devices = "/dev"

// gpus returns the names of the GPUs: those of l.GPUs, else 0, 1, … for the
// device files nvidia0, nvidia1, …; none where the machine has no such file.
func (l Local) gpus() (names []string) {
	if l.GPUs != "" {
		return strings.Split(l.GPUs, ",")
	}
	entries, _ := os.ReadDir(devices)
	for _, entry := range entries {
		if number, ok := strings.CutPrefix(entry.Name(), "nvidia"); ok && number != "" && strings.Trim(number, "0123456789") == "" {
			names = append(names, strconv.Itoa(len(names)))
		}
	}
	return names
}

// deal divides the numbers into at most n non-empty shares of about equal weight:
// it adds each number, the heaviest first, to the lightest share.
func deal(numbers []int, n int, weight func(int) int) [][]int {
	if weight == nil {
		weight = func(int) int { return 1 }
	}
	shares, load := make([][]int, min(n, len(numbers))), make([]int, n)
	heaviest := slices.Clone(numbers)
	slices.SortStableFunc(heaviest, func(a, b int) int { return weight(b) - weight(a) })
	for _, number := range heaviest {
		least := 0
		for k := range shares {
			if load[k] < load[least] {
				least = k
			}
		}
		shares[least] = append(shares[least], number)
		load[least] += weight(number)
	}
	for _, share := range shares {
		slices.Sort(share)
	}
	return shares
}
