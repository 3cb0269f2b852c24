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
// sees the k-th GPU alone. A worker that dies stops no other.
type Local struct {
	Workers int
	GPUs    string // that may be used, as in CUDA_VISIBLE_DEVICES; "": all
	Retries int    // how often the tasks of killed workers are run again
}

// Check finds nothing missing: every machine has processes.
func (l Local) Check(context.Context) error { return nil }

// Run shares the missing tasks among the workers. A worker that was killed by
// a signal, as for want of memory, has its tasks run again; one that ended with
// an error would end so again.
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

// round runs some tasks once. It returns the first worker's error.
func (l Local) round(ctx context.Context, j *Job, numbers []int) error {
	logs := filepath.Join(j.Dir, workersFolder)
	if err := os.MkdirAll(logs, 0o777); err != nil {
		return err
	}
	shares := deal(numbers, l.Workers, j.Weight)
	j.say("%d tasks in %d processes, their logs are in %s", len(numbers), len(shares), logs)
	ended := make(chan error)
	for k, share := range shares {
		go func() { ended <- l.work(ctx, j, k, share, filepath.Join(logs, strconv.Itoa(k)+".log")) }()
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

// work is one process from beginning to end.
func (l Local) work(ctx context.Context, j *Job, k int, numbers []int, log string) error {
	args := append(slices.Clone(j.Command), list(numbers))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(cmd.Environ(), "CUDA_VISIBLE_DEVICES="+gpu(l.GPUs, k))
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 30 * time.Second
	// A terminal's interruption comes by way of ctx alone; our death ends it.
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

// gpu returns the k-th of the GPUs that may be used.
func gpu(visible string, k int) string {
	if visible == "" {
		return strconv.Itoa(k)
	}
	names := strings.Split(visible, ",")
	return names[k%len(names)]
}

// deal shares numbers among at most n workers, so that all shares weigh about
// the same. No share is empty.
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
