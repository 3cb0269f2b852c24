package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// slurmFolder holds the job's script, its number and the tasks' logs.
const (
	slurmFolder = "slurm"
	scriptFile  = "task.sh"
	jobFile     = "job.json"
)

// SlurmOptions say how runs are handed to Slurm.
type SlurmOptions struct {
	// Command makes one run: the arguments of a program that gets the run's
	// number as one more.
	Command []string
	Options []string      // for sbatch
	Retries int           // how often runs that died are handed in again
	Poll    time.Duration // how often the queue is looked at; 0 is 5 s
	Say     func(line string)
}

// job is slurm/job.json.
type job struct {
	ID string `json:"id"`
}

// Slurm makes the runs that are not finished yet as the tasks of a job array,
// waits for them, and hands those that died in again. A job of an earlier call
// that is still in the queue is waited for first.
func Slurm(ctx context.Context, o Options, s SlurmOptions) error {
	for _, program := range []string{"sbatch", "squeue"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is not to be found: is Slurm installed here? --engine local needs none", program)
		}
	}
	if _, err := command(ctx, "squeue", "--noheader", "--me"); err != nil {
		return fmt.Errorf("Slurm does not answer: %w; --engine local needs none", err)
	}
	f, unlock, err := o.begin()
	if err != nil {
		return err
	}
	defer unlock()
	if s.Poll == 0 {
		s.Poll = 5 * time.Second
	}
	a := &array{watch: watch{Options: o, folder: f}, SlurmOptions: s}
	if err := a.adopt(ctx); err != nil {
		return err
	}
	for try := 0; ; try++ {
		missing, err := a.missing()
		if err != nil || len(missing) == 0 {
			return err
		}
		if try > s.Retries {
			return fmt.Errorf("%d runs died %d times under Slurm, the first is number %d (%s): see %s", len(missing), try,
				missing[0], o.Grid.Settings()[missing[0]], filepath.Join(o.Dir, slurmFolder, a.job.ID+"_"+strconv.Itoa(missing[0])+".log"))
		}
		if a.job.ID != "" {
			s.Say(fmt.Sprintf("%d runs of job %s did not finish: they are handed in again", len(missing), a.job.ID))
		}
		if err := a.submit(ctx, missing); err != nil {
			return err
		}
		if err := a.wait(ctx); err != nil {
			return err
		}
	}
}

// array is a sweep under way as a job array.
type array struct {
	watch
	SlurmOptions
	job job
}

// adopt waits for the job that an earlier call handed in.
func (a *array) adopt(ctx context.Context) error {
	err := a.folder.read(filepath.Join(slurmFolder, jobFile), &a.job)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	waiting, err := a.queued(ctx)
	if err != nil || waiting == 0 {
		return err
	}
	a.Say(fmt.Sprintf("job %s of an earlier call has %d runs in the queue", a.job.ID, waiting))
	return a.wait(ctx)
}

// submit hands runs in as a job array.
func (a *array) submit(ctx context.Context, numbers []int) error {
	dir, err := filepath.Abs(filepath.Join(a.Dir, slurmFolder))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	script := filepath.Join(dir, scriptFile)
	if err := os.WriteFile(script, a.script(), 0o777); err != nil {
		return err
	}
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.Itoa(n)
	}
	args := append([]string{
		"--parsable", "--requeue", "--open-mode=append", "--job-name=" + a.Config.Task.Key(),
		"--array=" + strings.Join(list, ","), "--output=" + filepath.Join(dir, "%A_%a.log"),
	}, a.SlurmOptions.Options...)
	out, err := command(ctx, "sbatch", append(args, script)...)
	if err != nil {
		return err
	}
	a.job.ID, _, _ = strings.Cut(strings.TrimSpace(out), ";")
	a.Say(fmt.Sprintf("job %s: %d runs", a.job.ID, len(numbers)))
	return a.folder.write(filepath.Join(slurmFolder, jobFile), a.job)
}

// script runs the command with the task's number.
func (a *array) script() []byte {
	var b bytes.Buffer
	b.WriteString("#!/bin/sh\nexec")
	for _, arg := range a.Command {
		b.WriteString(" '" + strings.ReplaceAll(arg, "'", `'\''`) + "'")
	}
	b.WriteString(" \"$SLURM_ARRAY_TASK_ID\"\n")
	return b.Bytes()
}

// wait waits until the job is out of the queue, and tells of runs as they
// finish.
func (a *array) wait(ctx context.Context) error {
	for failures := 0; ; {
		if _, err := a.missing(); err != nil {
			return err
		}
		waiting, err := a.queued(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("stopped: job %s goes on under Slurm, the same command collects its runs, scancel %s ends it", a.job.ID, a.job.ID)
		case err != nil && failures > 20:
			return err
		case err != nil: // the controller is busy or away for a moment
			failures++
		case waiting == 0:
			return nil
		default:
			failures = 0
		}
		select {
		case <-ctx.Done():
		case <-time.After(a.Poll):
		}
	}
}

// queued is how many of the job's tasks wait or run.
func (a *array) queued(ctx context.Context) (int, error) {
	out, err := command(ctx, "squeue", "--noheader", "--array", "--format=%i %T", "--jobs="+a.job.ID)
	if err != nil {
		if strings.Contains(err.Error(), "Invalid job id") { // long over
			return 0, nil
		}
		return 0, err
	}
	return len(strings.Fields(out)) / 2, nil
}

// command runs a program of Slurm.
func command(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, complaint(errs.String()))
	}
	return out.String(), nil
}

// complaint is what a program of Slurm says on its standard error in one line:
// its last one, which names the cause, and of those before it what sbatch has
// to say of a job's options.
func complaint(errs string) string {
	lines := strings.Split(strings.TrimSpace(errs), "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "; ")
}
