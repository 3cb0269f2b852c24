package array

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
)

// slurmFolder holds the job's script and the tasks' logs.
const (
	slurmFolder = "slurm"
	scriptFile  = "task.sh"
)

// Slurm runs tasks as the tasks of job arrays.
type Slurm struct {
	Options []string      // further options of sbatch
	Retries int           // how often to submit tasks again that died
	Poll    time.Duration // interval between looks at the queue; 0 is 5 s
}

// Check looks for Slurm's programs on the PATH and asks the controller for the
// queue.
func (s Slurm) Check(ctx context.Context) error {
	for _, program := range []string{"sbatch", "squeue"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is not to be found: is Slurm installed here? --engine local needs none", program)
		}
	}
	if _, err := command(ctx, "squeue", "--noheader", "--me"); err != nil {
		return fmt.Errorf("Slurm does not answer: %w; --engine local needs none", err)
	}
	return nil
}

// Run submits the missing tasks, waits for them, and submits those that died
// again. It first waits for jobs of an earlier call that are still in the
// queue. The jobs' name holds a digest of the folder, so Run finds them even if
// the earlier call was killed before it could record their numbers.
func (s Slurm) Run(ctx context.Context, j Job) error {
	if s.Poll == 0 {
		s.Poll = 5 * time.Second
	}
	dir, err := filepath.Abs(filepath.Join(j.Dir, slurmFolder))
	if err != nil {
		return err
	}
	q := &queue{Slurm: s, job: j, dir: dir, name: fmt.Sprintf("%s-%.4x", j.Name, sha256.Sum256([]byte(dir)))}
	ids, waiting, err := q.waiting(ctx)
	if err != nil {
		return err
	}
	if waiting > 0 {
		j.say("%d tasks of an earlier call are in the queue (job %s)", waiting, strings.Join(ids, " "))
		if err := q.wait(ctx); err != nil {
			return err
		}
	}
	for try := 0; ; try++ {
		missing, err := j.Missing()
		if err != nil || len(missing) == 0 {
			return err
		}
		if try > s.Retries {
			return fmt.Errorf("%d tasks died %d times under Slurm, the first is %s: see %s", len(missing), try,
				j.describe(missing[0]), cmp.Or(q.logs[missing[0]], dir))
		}
		if try > 0 {
			j.say("%d tasks did not finish: they are submitted again", len(missing))
		}
		if err := q.submit(ctx, missing); err != nil {
			return err
		}
		if err := q.wait(ctx); err != nil {
			return err
		}
	}
}

// A queue submits one job to Slurm and watches it.
type queue struct {
	Slurm
	job  Job
	dir  string
	name string
	logs map[int]string // of the tasks submitted last, by their number
}

// arrayTasks is the number of tasks in one job array. Slurm accepts indices below
// its MaxArraySize, which is 1,001 unless a cluster sets another.
const arrayTasks = 1000

// submit submits the tasks as job arrays: one for the numbers below arrayTasks, one
// for the next arrayTasks, and so on.
func (q *queue) submit(ctx context.Context, numbers []int) error {
	script := filepath.Join(q.dir, scriptFile)
	if err := os.MkdirAll(q.dir, 0o777); err != nil {
		return err
	}
	if err := durable.Bytes(script, q.script()); err != nil {
		return err
	}
	q.logs = map[int]string{}
	for rest := slices.Sorted(slices.Values(numbers)); len(rest) > 0; {
		first := rest[0] / arrayTasks * arrayTasks
		var indices []int
		for len(rest) > 0 && rest[0] < first+arrayTasks {
			indices, rest = append(indices, rest[0]-first), rest[1:]
		}
		id, err := q.sbatch(ctx, script, first, indices)
		switch {
		case err != nil && len(q.logs) > 0:
			return fmt.Errorf("%w; %d of %d tasks are in the queue, the same command waits for them and submits the rest", err, len(q.logs), len(numbers))
		case err != nil:
			return err
		}
		for _, i := range indices {
			q.logs[first+i] = filepath.Join(q.dir, fmt.Sprintf("%s_%d.log", id, i))
		}
		q.job.say("job %s: %d tasks", id, len(indices))
	}
	return nil
}

// sbatch submits one job array and returns the job's number. Index i runs the task
// with the number first+i.
func (q *queue) sbatch(ctx context.Context, script string, first int, indices []int) (id string, err error) {
	logs := strings.ReplaceAll(q.dir, "%", "%%") // sbatch replaces %A and the like
	args := append([]string{
		"--parsable", "--requeue", "--open-mode=append", "--job-name=" + q.name,
		"--array=" + list(indices), "--output=" + filepath.Join(logs, "%A_%a.log"),
	}, q.Options...)
	out, err := command(ctx, "sbatch", append(args, script, strconv.Itoa(first))...)
	if err != nil {
		return "", err
	}
	id, _, _ = strings.Cut(strings.TrimSpace(out), ";")
	return id, nil
}

// script returns a shell script that runs the command with the number of the
// task: its argument plus the index in the array.
func (q *queue) script() []byte {
	var b bytes.Buffer
	b.WriteString("#!/bin/sh\nexec")
	for _, arg := range q.job.Command {
		b.WriteString(" '" + strings.ReplaceAll(arg, "'", `'\''`) + "'")
	}
	b.WriteString(" \"$(($1 + SLURM_ARRAY_TASK_ID))\"\n")
	return b.Bytes()
}

// wait returns when no task of the job is in the queue.
func (q *queue) wait(ctx context.Context) error {
	for failures := 0; ; {
		if _, err := q.job.Missing(); err != nil {
			return err
		}
		_, waiting, err := q.waiting(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("stopped: the tasks go on under Slurm, the same command waits for them, scancel --me --name=%s ends them", q.name)
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
		case <-time.After(q.Poll):
		}
	}
}

// waiting returns the numbers of the jobs in the queue and how many of their tasks
// wait or run.
func (q *queue) waiting(ctx context.Context) (ids []string, n int, err error) {
	out, err := command(ctx, "squeue", "--me", "--noheader", "--array", "--format=%F", "--name="+q.name)
	if err != nil {
		return nil, 0, err
	}
	tasks := strings.Fields(out)
	slices.Sort(tasks)
	return slices.Compact(slices.Clone(tasks)), len(tasks), nil
}

// command runs one of Slurm's programs and returns its standard output.
func command(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, complaint(errs.String()))
	}
	return out.String(), nil
}

// complaint returns the last two lines of a Slurm program's standard error,
// joined into one: the last line names the cause, and sbatch names the option
// in the line before.
func complaint(errs string) string {
	lines := strings.Split(strings.TrimSpace(errs), "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "; ")
}
