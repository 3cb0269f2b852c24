package pretrain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/ranks"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/result"
)

var soak = flag.Duration("soak", 0, "how long TestSoak kills runs at random")

// childEnv holds the options of a process that a test kills.
const childEnv = "PRETRAIN_TEST_OPTIONS"

// childOptions holds the Options that a process can take over.
type childOptions struct {
	Settings                 Settings
	Data, Valid              []string
	Output, Cache, Tokenizer string
	Steps, Devices           int
	DumpBatches              string
	// Die is the phase in which the process kills itself, at the step At.
	Die string
	At  int
}

// The phases in which a process may kill itself.
const (
	tokenizing = "tokenizing"
	step       = "step"       // after the update, before its line in the log is synced
	evaluation = "evaluation" // in the middle, before its line
	evaluated  = "evaluated"  // after its line, before the checkpoint
	writing    = "writing"    // while a checkpoint has its temporary name
	renamed    = "renamed"    // when a checkpoint has its name, before it is read back
)

var phases = []string{tokenizing, step, evaluation, evaluated, writing, renamed}

// child is the process: the test's binary, which runs this and no test.
func child(options string) {
	var c childOptions
	err := json.Unmarshal([]byte(options), &c)
	group, lost := ranks.Open(ranks.Options{Environ: os.Environ()})
	if err = errors.Join(err, lost); err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		opt := c.options()
		opt.Ranks = group
		_, err = Run(ctx, opt)
	}
	if group.Rank() > 0 && (errors.As(err, new(*Stopped)) || errors.Is(err, ranks.ErrElsewhere)) {
		err = nil // rank 0 speaks
	}
	if err == nil {
		err = group.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		group.Abort()
		os.Exit(1)
	}
}

// childOf returns what a process can take over of a run's options.
func childOf(opt Options) childOptions {
	return childOptions{Settings: opt.Settings, Data: opt.Data, Valid: opt.Valid, Output: opt.Output, Cache: opt.Cache, Tokenizer: opt.Tokenizer,
		Steps: opt.Steps, Devices: opt.Devices, DumpBatches: opt.DumpBatches}
}

// options returns the options of a run that dies in the phase Die.
func (c childOptions) options() Options {
	die := func(phase string, at int) {
		if phase == c.Die && at == c.At {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	at := 0 // the last step
	if c.Die != "" {
		reportEvery, atPhase = 0, die
	}
	return Options{
		Settings: c.Settings, Data: c.Data, Valid: c.Valid, Output: c.Output, Cache: c.Cache, Tokenizer: c.Tokenizer,
		Steps: c.Steps, Devices: c.Devices, DumpBatches: c.DumpBatches,
		Report: func(line string) {
			if strings.HasPrefix(line, tokenizing) {
				die(tokenizing, c.At)
			}
		},
		Progress:  func(p Progress) { at = p.Step; die(step, at) },
		Evaluated: func(e result.Evaluation) { die(evaluated, e.Step) },
		Retrieve: func(context.Context, *encoder.Encoder) (recall, mrr float64, err error) {
			die(evaluation, at)
			return 0.5, 0.25, nil
		},
	}
}

// startChild starts the process; done receives its end.
func startChild(t *testing.T, c childOptions, environment ...string) (process *os.Process, done <-chan error) {
	t.Helper()
	options, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), environment...), childEnv+"="+string(options))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, said.String())
		}
		ended <- err
	}()
	return cmd.Process, ended
}

// forChild returns the options of a run with a retrieval as a child takes them.
func forChild(t *testing.T) childOptions {
	return childOf(withValidation(t, options(t, append(small[:len(small):len(small)], "retrieval_every=2")...)))
}

// A process that is killed by SIGKILL in every phase of its work, one after the
// other, gives the run that nobody disturbed, bit for bit.
func TestKilledInEveryPhaseIsExact(t *testing.T) {
	whole := forChild(t)
	mustRun(t, whole.options())
	killed := forChild(t)
	killed.Cache = t.TempDir()
	for i, phase := range phases {
		killed.Die, killed.At = phase, i+i%2 // evaluations and checkpoints are at even steps
		_, done := startChild(t, killed)
		if err := <-done; err == nil || !strings.Contains(err.Error(), "signal: killed") {
			t.Fatalf("%s at step %d: %v", phase, killed.At, err)
		}
	}
	killed.Die = ""
	mustRun(t, killed.options())
	same(t, whole.Output, killed.Output, 8)
	if left, _ := filepath.Glob(filepath.Join(killed.Output, "*", ".*.tmp")); len(left) > 0 {
		t.Errorf("half written and left: %v", left)
	}
}

// TestSoak kills runs at random moments for as long as -soak says, and compares
// each with one that nobody disturbed.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("it kills runs at random for as long as -soak says: go test -run TestSoak -timeout 3h ./pkg/pretrain -args -soak 2h")
	}
	whole := forChild(t)
	mustRun(t, whole.options())
	began, runs, kills := time.Now(), 0, 0
	for ; time.Since(began) < *soak; runs++ {
		killed := forChild(t)
		for left := 1 + rand.IntN(10); ; left-- {
			process, done := startChild(t, killed)
			err, ended := wait(killed.Output, done, 1+rand.IntN(40), left > 0)
			if ended {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			time.Sleep(time.Duration(rand.Int64N(int64(50 * time.Millisecond))))
			if process.Kill() == nil {
				kills++
			}
			<-done
		}
		same(t, whole.Output, killed.Output, 8)
		if t.Failed() {
			t.Fatalf("run %d differs: see above", runs+1)
		}
		os.RemoveAll(killed.Output)
	}
	t.Logf("%d runs, killed %d times in %s: all equal to the undisturbed one", runs, kills, time.Since(began).Round(time.Second))
}

// wait waits for the process's end or, if it is to be killed, until its folder
// has changed so many times: then it is at work on a step or a file, however
// fast the machine is.
func wait(output string, done <-chan error, changes int, kill bool) (err error, ended bool) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	before := size(output)
	for {
		select {
		case err := <-done:
			return err, true
		case <-ticker.C:
			if now := size(output); now != before {
				before = now
				changes--
			}
			if kill && changes <= 0 {
				return nil, false
			}
		}
	}
}

// size adds up the sizes of all files below a folder.
func size(folder string) (total int64) {
	filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // written or removed at this moment
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}
