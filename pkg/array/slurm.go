package array

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
)

// slurmFolder holds the job's script and the tasks' logs.
const (
	slurmFolder = "slurm"
	scriptFile  = "task.sh"
)

// Slurm runs tasks as the tasks of a job array.
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
// again. It first waits for a job of an earlier call that is still in the
// queue. The job's name holds a digest of the folder, so Run finds that job
// even if the earlier call was killed before it could record the number.
func (s Slurm) Run(ctx context.Context, j Job) error {
	if s.Poll == 0 {
		s.Poll = 5 * time.Second
	}
	dir, err := filepath.Abs(filepath.Join(j.Dir, slurmFolder))
	if err != nil {
		return err
	}
	q := &queue{Slurm: s, job: j, dir: dir, name: fmt.Sprintf("%s-%.4x", j.Name, sha256.Sum256([]byte(dir)))}
	id, waiting, err := q.waiting(ctx)
	if err != nil {
		return err
	}
	if waiting > 0 {
		j.say("job %s of an earlier call has %d tasks in the queue", id, waiting)
		if err := q.wait(ctx, id); err != nil {
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
				j.describe(missing[0]), filepath.Join(dir, fmt.Sprintf("%s_%d.log", id, missing[0])))
		}
		if try > 0 {
			j.say("%d tasks of job %s did not finish: they are handed in again", len(missing), id)
		}
		if id, err = q.submit(ctx, missing); err != nil {
			return err
		}
		if err := q.wait(ctx, id); err != nil {
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
}

// submit submits the tasks as a job array and returns the job's number.
func (q *queue) submit(ctx context.Context, numbers []int) (id string, err error) {
	script := filepath.Join(q.dir, scriptFile)
	if err := os.MkdirAll(q.dir, 0o777); err != nil {
		return "", err
	}
	if err := durable.Bytes(script, q.script()); err != nil {
		return "", err
	}
	logs := strings.ReplaceAll(q.dir, "%", "%%") // sbatch replaces %A and the like
	args := append([]string{
		"--parsable", "--requeue", "--open-mode=append", "--job-name=" + q.name,
		"--array=" + list(numbers), "--output=" + filepath.Join(logs, "%A_%a.log"),
	}, q.Options...)
	out, err := command(ctx, "sbatch", append(args, script)...)
	if err != nil {
		return "", err
	}
	id, _, _ = strings.Cut(strings.TrimSpace(out), ";")
	q.job.say("job %s: %d tasks", id, len(numbers))
	return id, nil
}

// script returns a shell script that runs the command with the number of the
// array task.
func (q *queue) script() []byte {
	var b bytes.Buffer
	b.WriteString("#!/bin/sh\nexec")
	for _, arg := range q.job.Command {
		b.WriteString(" '" + strings.ReplaceAll(arg, "'", `'\''`) + "'")
	}
	b.WriteString(" \"$SLURM_ARRAY_TASK_ID\"\n")
	return b.Bytes()
}

// wait returns when no task of the job is in the queue.
func (q *queue) wait(ctx context.Context, id string) error {
	for failures := 0; ; {
		if _, err := q.job.Missing(); err != nil {
			return err
		}
		_, waiting, err := q.waiting(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("stopped: job %s goes on under Slurm, the same command collects its tasks, scancel %s ends it", id, id)
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

// waiting returns the number of the job and how many of its tasks wait or run.
func (q *queue) waiting(ctx context.Context) (id string, n int, err error) {
	out, err := command(ctx, "squeue", "--me", "--noheader", "--array", "--format=%F", "--name="+q.name)
	if err != nil {
		return "", 0, err
	}
	ids := strings.Fields(out)
	if len(ids) > 0 {
		id = ids[0]
	}
	return id, len(ids), nil
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
