package cli

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"llmjp.internal/modernbert/pkg/array"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/run"
)

// runFlags are the flags of commands that analyse every checkpoint of a run,
// each as a task.
type runFlags struct {
	engineFlags
	run   string
	parts string // the folder for a worker's results
	only  []int  // the numbers of its checkpoints
}

func (o *runFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.run, "run", "", "the folder of a pretraining run (`DIR`), for all of its checkpoints, each a task of --engine; in place of --model")
	o.engineFlags.add(f)
	f.StringVar(&o.parts, "parts", "", "folder for a worker's results")
	f.IntSliceVar(&o.only, "only", nil, "the numbers of a worker's checkpoints")
	_ = f.MarkHidden("parts")
	_ = f.MarkHidden("only")
}

// check refuses an engine without a run, a run beside models, and a folder
// that is no run's.
func (o runFlags) check(models ...string) error {
	if err := o.engineFlags.check(); err != nil {
		return err
	}
	models = slices.DeleteFunc(models, func(m string) bool { return m == "" })
	switch {
	case o.run != "" && len(models) > 0:
		return usagef("--run and --model exclude each other")
	case o.run == "" && !o.alone() && o.parts == "":
		return usagef("--engine and --workers share the checkpoints of --run DIR")
	case o.run == "":
		return nil
	}
	dir, err := project.Find(o.run)
	if err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	if len(run.Dirs(dir)) == 0 {
		return fmt.Errorf("--run %s is not the folder of a pretraining run: it has neither %s nor %s; --model takes a model", o.run, run.File, run.Staying)
	}
	return nil
}

// shared tells whether other processes compute, or this is one of them.
func (o runFlags) shared() bool { return o.parts != "" || !o.alone() }

// list lists the models to look at, fetched where they are not there yet:
// all checkpoints of --run, or those that refs name, of a run's folder the last
// checkpoint.
func (o runFlags) list(ctx context.Context, stderr io.Writer, refs ...string) ([]models.Model, error) {
	if o.run != "" {
		return models.List(o.run)
	}
	for i, ref := range refs {
		dir, err := modelFiles(ctx, ref, true, stderr)
		if err != nil {
			return nil, err
		}
		if found, err := project.Find(ref); err == nil && len(run.Dirs(found)) > 0 {
			refs[i] = dir
		}
	}
	return models.List(refs...)
}

// asWorker returns nil for errWorker: a worker that wrote its results is done.
func asWorker(err error) error {
	if errors.Is(err, errWorker) {
		return nil
	}
	return err
}

// errWorker ends a worker's part of a command: its results are written, and
// nothing is to be printed.
var errWorker = errors.New("a worker's results are written")

// everyCheckpoint calls one for each model and returns the results in the order
// of the models. A worker computes some of them and writes them as JSON. With an
// engine, workers compute: processes of this command with the same flags.
func everyCheckpoint[T any](ctx context.Context, cmd *cobra.Command, o runFlags, list []models.Model, one func(models.Model) (T, error)) ([]T, error) {
	if o.parts != "" {
		return nil, work(o, list, one)
	}
	all := make([]T, len(list))
	if !o.shared() {
		for i, m := range list {
			var err error
			if all[i], err = one(m); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	engine := o.engine()
	if err := engine.Check(ctx); err != nil {
		return nil, err
	}
	args := sameCommand(cmd)
	dir, err := partsFolder(args, list)
	if err != nil {
		return nil, err
	}
	unlock, err := durable.Lock(filepath.Join(dir, ".lock"))
	if err != nil {
		return nil, fmt.Errorf("the same analysis is under way: %w", err)
	}
	defer unlock()
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	err = engine.Run(ctx, array.Job{
		Dir: dir, Name: cmd.Name(), Command: append([]string{program}, append(args, "--parts="+dir, "--only")...),
		Missing:  func() ([]int, error) { return missingParts(dir, len(list)) },
		Describe: func(number int) string { return list[number].Label() },
		Say:      func(line string) { fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", cmd.Name(), line) },
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		content, err := os.ReadFile(part(dir, i))
		if err == nil {
			err = json.Unmarshal(content, &all[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return all, os.RemoveAll(dir)
}

// work computes a worker's models and writes each result, if it is not there.
func work[T any](o runFlags, list []models.Model, one func(models.Model) (T, error)) error {
	for _, number := range o.only {
		if number < 0 || number >= len(list) {
			return fmt.Errorf("checkpoint %d of %d: the run has changed since the analysis began, start it again", number, len(list))
		}
		if _, err := os.Stat(part(o.parts, number)); err == nil {
			continue
		}
		result, err := one(list[number])
		if err != nil {
			return err
		}
		content, err := json.Marshal(result)
		if err != nil {
			return err
		}
		if err := durable.Bytes(part(o.parts, number), content); err != nil {
			return err
		}
	}
	return errWorker
}

func part(dir string, number int) string { return filepath.Join(dir, fmt.Sprintf("%d.json", number)) }

func missingParts(dir string, n int) (missing []int, err error) {
	for i := range n {
		if _, err := os.Stat(part(dir, i)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, i)
		} else if err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// partsFolder makes the folder of an analysis, so that the same command on the
// same checkpoints and inputs continues an interrupted one.
func partsFolder(args []string, list []models.Model) (string, error) {
	h := sha256.New()
	stamp := func(path string) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			fmt.Fprintln(h, info.Size(), info.ModTime().UnixNano())
		}
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	fmt.Fprintln(h, wd)
	for _, arg := range args {
		fmt.Fprintln(h, arg)
		_, value, _ := strings.Cut(arg, "=")
		stamp(value)
	}
	for _, m := range list {
		fmt.Fprintln(h, m.Ref)
		stamp(filepath.Join(m.Ref, "model.safetensors"))
	}
	dir, err := project.Path(".local", "jobs", fmt.Sprintf("%s-%.8x", args[0], h.Sum(nil)))
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o777)
}

// sameCommand returns the command line that runs cmd with the same flags and
// arguments, but without those for the engine and the output.
func sameCommand(cmd *cobra.Command) []string {
	args := []string{cmd.Name()}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "engine", "workers", "slurm-option", "retries", "result":
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, value := range list.GetSlice() {
				args = append(args, "--"+f.Name+"="+value)
			}
			return
		}
		args = append(args, "--"+f.Name+"="+f.Value.String())
	})
	return append(args, cmd.Flags().Args()...)
}

// everyLine writes a JSON object for each model, with its label first.
func everyLine[T any](w io.Writer, list []models.Model, all []T) error {
	lines := json.NewEncoder(w)
	for i, m := range list {
		content, err := json.Marshal(all[i])
		if err != nil {
			return err
		}
		label, err := json.Marshal(m.Label())
		if err != nil {
			return err
		}
		line := append([]byte(`{"model":`), label...)
		line = append(append(line, ','), content[1:]...)
		if err := lines.Encode(json.RawMessage(line)); err != nil {
			return err
		}
	}
	return nil
}
