package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// A Side is one program that takes part, in a process of its own for each case.
type Side struct {
	Command []string          // answers requests as [Serve] does
	Env     []string          // the command's environment; nil for this process's
	Names   map[string]string // the side's name for each task that it takes part in
	// Takes reports whether the side takes part in a case of its tasks; nil means
	// every case. Only a required side is measured until its first result.
	Takes func(Case) bool
	// Optional is true for a side that Run leaves out, with a note, if preparing it
	// fails because it is not installed or cannot run the model.
	Optional bool
}

// takes reports whether the side takes part in a case.
func (s Side) takes(c Case) bool {
	return s.Names[c.Task] != "" && (s.Takes == nil || s.Takes(c)) && !(s.Optional && c.Start != "")
}

// A process is a side at work on a case.
type process struct {
	name    string
	command *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
	errors  *tail
}

// start starts a side's process for a task.
func (s Side) start(ctx context.Context, task string) (*process, error) {
	p := &process{name: s.Names[task], command: exec.CommandContext(ctx, s.Command[0], s.Command[1:]...), errors: &tail{}}
	p.command.Env, p.command.Stderr = s.Env, p.errors
	p.command.WaitDelay = 5 * time.Second
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	p.out = json.NewDecoder(out)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	return p, nil
}

// ask sends a request and returns the answer.
func (p *process) ask(r request) (reply, error) {
	var answer reply
	err := json.NewEncoder(p.in).Encode(r)
	if err == nil {
		err = p.out.Decode(&answer)
	}
	if err != nil {
		_ = p.in.Close()
		if end := p.command.Wait(); end != nil {
			err = end
		}
		return answer, fmt.Errorf("%s ended in %q: %w: %s", p.name, r.Do, err, p.errors.last())
	}
	if answer.Error != "" {
		return answer, fmt.Errorf("%s: %w", p.name, errors.New(answer.Error))
	}
	return answer, nil
}

// stop ends the process.
func (p *process) stop() {
	_ = p.in.Close()
	_ = p.command.Wait() // all of its answers were read
}

// A tail keeps the end of what a process writes to stderr.
type tail struct{ text []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	if over := len(t.text) - 1<<14; over > 0 {
		t.text = t.text[over:]
	}
	return len(b), nil
}

// last returns the last line that is not empty.
func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
