package pretrain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/ranks"
)

// childEnv holds the options of the process that TestKilledRunIsExact kills.
const childEnv = "PRETRAIN_TEST_OPTIONS"

// childOptions are those of Options that a process can be given.
type childOptions struct {
	Settings                 Settings
	Data, Valid              []string
	Output, Cache, Tokenizer string
	Steps, Devices           int
	DumpBatches              string
}

// child is the process: the test's binary, which runs this and no test.
func child(options string) {
	var c childOptions
	err := json.Unmarshal([]byte(options), &c)
	group, lost := ranks.Open(ranks.Options{Environ: os.Environ()})
	if err = errors.Join(err, lost); err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		_, err = Run(ctx, Options{
			Settings: c.Settings, Data: c.Data, Valid: c.Valid, Output: c.Output, Cache: c.Cache, Tokenizer: c.Tokenizer,
			Steps: c.Steps, Devices: c.Devices, DumpBatches: c.DumpBatches, Ranks: group,
		})
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

// startChild starts the process with more of an environment; done gives its
// end.
func startChild(t *testing.T, opt Options, environment ...string) (process *os.Process, done <-chan error) {
	t.Helper()
	options, err := json.Marshal(childOptions{
		opt.Settings, opt.Data, opt.Valid, opt.Output, opt.Cache, opt.Tokenizer, opt.Steps, opt.Devices, opt.DumpBatches})
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

// A process that is killed by SIGKILL in steps, log lines and checkpoints
// gives the run that nobody disturbed.
func TestKilledRunIsExact(t *testing.T) {
	whole := withValidation(t, options(t, small...))
	mustRun(t, whole)
	killed := withValidation(t, options(t, small...))
	const kills = 4
	for n := 0; ; n++ {
		process, done := startChild(t, killed)
		err, ended := wait(killed.Output, done, 3+4*n, n < kills)
		if ended {
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				t.Error("the run ended before it could be killed")
			}
			break
		}
		if err := process.Kill(); err != nil {
			t.Log(err)
		}
		<-done
	}
	same(t, whole.Output, killed.Output, 8)
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

// size is that of all files below a folder.
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
