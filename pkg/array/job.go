// Package array runs independent tasks: numbered, each leaving a file. It knows
// nothing of what a task does.
//
// A [Job] says which tasks have not left their file yet and which command makes
// some of them. [Local] shares them among processes of this machine, [Slurm]
// hands them to a cluster as a job array. Both look at the files alone: a
// finished task is not run again, one whose process was killed is run again,
// and the same call after an interruption goes on with what is missing.
//
// The caller holds the lock of the folder, so that no two calls run the same
// tasks.
package array

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// A Job is some tasks, numbered from 0.
type Job struct {
	Dir  string // where logs are written, on a file system that all workers share
	Name string // of a job under Slurm: a word such as "jsts"
	// Missing returns the numbers of the tasks that are not finished. It is
	// called about once a second, from one goroutine at a time.
	Missing func() ([]int, error)
	// Describe names a task for the user; nil: its number alone.
	Describe func(number int) string
	// Weight tells how long a task takes, beside the others; nil: equally long.
	Weight func(number int) int
	// Command is the program, with its arguments, that runs tasks. Their
	// numbers, with commas between them, come as one more argument.
	Command []string
	Say     func(line string) // tells the user how it goes; nil: nobody
}

// An Engine runs jobs.
type Engine interface {
	// Check returns why the engine cannot be used here, before anything is made.
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

// list writes numbers with commas between them.
func list(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}
