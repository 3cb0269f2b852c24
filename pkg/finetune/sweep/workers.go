package sweep

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"llmjp.internal/modernbert/pkg/finetune"
)

// workersFolder holds the workers' logs.
const workersFolder = "workers"

// WorkerOptions say how runs are shared among processes.
type WorkerOptions struct {
	N int // processes at a time
	// Command makes runs: the arguments of a program that gets their numbers,
	// with commas between them, as one more.
	Command []string
	Say     func(line string)
}

// Workers makes the runs that are not finished yet in several processes at a
// time. Worker k sees the k-th GPU alone (of CUDA_VISIBLE_DEVICES, where that
// is set). A worker that dies stops no other.
func Workers(ctx context.Context, o Options, w WorkerOptions) error {
	f, unlock, err := o.begin()
	if err != nil {
		return err
	}
	defer unlock()
	f.removeUnfinished()
	sweep := &watch{Options: o, folder: f}
	missing, err := sweep.missing()
	if err != nil || len(missing) == 0 {
		return err
	}
	logs := filepath.Join(o.Dir, workersFolder)
	if err := os.MkdirAll(logs, 0o777); err != nil {
		return err
	}
	shares := deal(o.Grid.Settings(), missing, w.N)
	w.Say(fmt.Sprintf("%d runs in %d processes, their logs are in %s", len(missing), len(shares), logs))
	ended := make(chan error)
	for k, share := range shares {
		log := filepath.Join(logs, strconv.Itoa(k)+".log")
		go func() { ended <- w.work(ctx, k, share, log) }()
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var died, unread error
	for running := len(shares); running > 0; {
		select {
		case err := <-ended:
			running--
			died = cmp.Or(died, err)
		case <-tick.C:
		}
		if missing, unread = sweep.missing(); unread != nil {
			died = cmp.Or(died, unread)
		}
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("stopped: %d of %d runs are finished, the same command goes on from there", len(o.Grid.Settings())-len(missing), len(o.Grid.Settings()))
	case died != nil:
		return died
	case len(missing) > 0:
		return fmt.Errorf("%d runs were not made: see %s", len(missing), logs)
	}
	return nil
}

// work is one process from beginning to end.
func (w WorkerOptions) work(ctx context.Context, k int, numbers []int, log string) error {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.Itoa(n)
	}
	args := append(slices.Clone(w.Command), strings.Join(list, ","))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "CUDA_VISIBLE_DEVICES="+gpu(os.Getenv("CUDA_VISIBLE_DEVICES"), k))
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
		said, _ := os.ReadFile(log)
		lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
		return fmt.Errorf("worker %d: %w: %s; the same command makes what is missing (log: %s)", k, err, lines[len(lines)-1], log)
	}
	return nil
}

// gpu is the k-th of the GPUs that are visible.
func gpu(visible string, k int) string {
	if visible == "" {
		return strconv.Itoa(k)
	}
	list := strings.Split(visible, ",")
	return list[k%len(list)]
}

// deal shares numbers among n workers, so that the epochs of all shares are
// about the same. No share is empty.
func deal(settings []finetune.Setting, numbers []int, n int) [][]int {
	shares, load := make([][]int, min(n, len(numbers))), make([]int, n)
	longest := slices.Clone(numbers)
	slices.SortStableFunc(longest, func(a, b int) int { return settings[b].Epochs - settings[a].Epochs })
	for _, number := range longest {
		least := 0
		for k := range shares {
			if load[k] < load[least] {
				least = k
			}
		}
		shares[least] = append(shares[least], number)
		load[least] += settings[number].Epochs
	}
	for _, share := range shares {
		slices.Sort(share)
	}
	return shares
}
