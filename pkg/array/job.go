// Package array runs numbered independent tasks, each of which writes a file. It
// does not know what a task computes.
//
// A [Job] says which tasks are missing, that is, have not written their file yet,
// and which command runs tasks. [Local] shares the missing tasks among processes
// of this machine; [Slurm] submits them to a cluster as job arrays. Both look only
// at the files: they skip a finished task, repeat one whose process was killed, and
// resume with the missing tasks when they are called again after an interruption.
//
// The caller holds the folder's lock, so that no two calls run the same tasks.
package array

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// A Job describes tasks, numbered from 0.
type Job struct {
	Dir  string // folder of the logs, on a file system that all workers share
	Name string // the job's name under Slurm: a word such as "jsts"
	// Missing returns the numbers of the tasks that are not finished. It is
	// called about once a second, from one goroutine at a time.
	Missing func() ([]int, error)
	// Describe names a task for the user; nil names it by its number.
	Describe func(number int) string
	// Weight returns a task's relative duration; nil if all take equally long.
	Weight func(number int) int
	// Command is the program that runs tasks, with its arguments. The engine
	// appends the tasks' numbers, separated by commas, as the last argument.
	Command []string
	Say     func(line string) // reports progress to the user; may be nil
}

// An Engine runs jobs.
type Engine interface {
	// Check returns an error if the engine cannot be used on this machine. It is
	// called before anything is written.
	Check(ctx context.Context) error
	// Run runs the missing tasks of a job and returns when none is missing.
	Run(ctx context.Context, j Job) error
}

func (j *Job) say(format string, args ...any) {
	if j.Say != nil {
		j.Say(fmt.Sprintf(format, args...))
	}
}

func (j *Job) describe(number int) string {
	if j.Describe == nil {
		return fmt.Sprintf("number %d", number)
	}
	return fmt.Sprintf("number %d (%s)", number, j.Describe(number))
}

// list joins numbers with commas.
func list(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}
