package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// The environment variables of the notebook on JGLUE; models.FromEnvironment
// has those that name models.
const (
	sweepsVariable      = "MODERNBERT_SWEEPS"      // folders of sweeps, separated by commas, or a glob
	tasksVariable       = "MODERNBERT_TASKS"       // tasks, separated by commas
	gridVariable        = "MODERNBERT_GRID"        // see ParseGrid
	rowsVariable        = "MODERNBERT_ROWS"        // of each split; 0 is all
	checkpointsVariable = "MODERNBERT_CHECKPOINTS" // of a run, evenly spaced from first to last; 0 is all
	outputVariable      = "MODERNBERT_OUTPUT"      // the folder of the sweeps that are made
)

// Try are the settings with which a notebook makes sweeps of its own: small
// enough to wait for.
type Try struct {
	Tasks       []jglue.Task
	Grid        Grid
	Rows        int
	Checkpoints int
	Output      string
}

// FromEnvironment reads them, with defaults that a laptop takes a minute for.
func FromEnvironment() (t Try, err error) {
	for _, name := range strings.Split(cmp.Or(os.Getenv(tasksVariable), "jsts,jnli,jcola"), ",") {
		task, err := jglue.Parse(strings.TrimSpace(name))
		if err != nil {
			return t, fmt.Errorf("%s: %w", tasksVariable, err)
		}
		t.Tasks = append(t.Tasks, task)
	}
	if t.Grid, err = ParseGrid(cmp.Or(os.Getenv(gridVariable), "lr=3e-4,3e-3 epochs=1,2")); err != nil {
		return t, fmt.Errorf("%s: %w", gridVariable, err)
	}
	for _, number := range []struct {
		variable, standard string
		to                 *int
	}{{rowsVariable, "128", &t.Rows}, {checkpointsVariable, "2", &t.Checkpoints}} {
		text := cmp.Or(os.Getenv(number.variable), number.standard)
		if *number.to, err = strconv.Atoi(text); err != nil || *number.to < 0 {
			return t, fmt.Errorf("%s is %q, want a count; 0 is all", number.variable, text)
		}
	}
	if t.Output = os.Getenv(outputVariable); t.Output == "" {
		t.Output, err = project.Path("runs", "notebook-05")
	}
	return t, err
}

// Renew makes Table 2's result of what the environment names and keeps it in
// dir, whose result it returns: of the sweeps in MODERNBERT_SWEEPS; else of
// small ones of its own with the models of MODERNBERT_RUN and
// MODERNBERT_MODELS. Where neither is set, or a result of the same models with
// more runs is there already, that is read.
func Renew(ctx context.Context, dir string, say func(line string)) (*result.JGLUE, error) {
	old, err := result.Load[result.JGLUE](dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	folders, err := expand(models.Refs(sweepsVariable))
	if err != nil {
		return nil, err
	}
	if len(folders) == 0 {
		named, err := models.FromEnvironment()
		if err != nil {
			return nil, err
		}
		if len(named) == 0 {
			return result.Load[result.JGLUE](dir)
		}
		try, err := FromEnvironment()
		if err != nil {
			return nil, err
		}
		list, err := find(ctx, evenly(named, try.Checkpoints))
		if err != nil {
			return nil, err
		}
		if old != nil && covers(old, list) && len(old.Runs) > len(list)*len(try.Tasks)*len(try.Grid.Settings()) {
			return old, nil
		}
		if folders, err = try.run(ctx, list, say); err != nil {
			return nil, err
		}
	}
	j, err := Collect(folders...)
	if err != nil {
		return nil, err
	}
	return j, result.Save(dir, j)
}

// expand gives the folders that patterns name.
func expand(patterns []string) (folders []string, err error) {
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("%s: no such folder: %s", sweepsVariable, pattern)
		}
		folders = append(folders, found...)
	}
	return folders, nil
}

// found is a model whose files are here.
type found struct {
	models.Model
	dir, weights string
}

func find(ctx context.Context, list []models.Model) ([]found, error) {
	out := make([]found, len(list))
	for i, m := range list {
		dir, err := hub.Resolve(ctx, m.Ref)
		if err != nil {
			return nil, err
		}
		sum, err := weights(dir)
		if err != nil {
			return nil, err
		}
		out[i] = found{m, dir, sum}
	}
	return out, nil
}

// covers tells whether a result has all of these models.
func covers(j *result.JGLUE, list []found) bool {
	return !slices.ContainsFunc(list, func(m found) bool {
		return !slices.ContainsFunc(j.Models, func(other result.JGLUEModel) bool {
			return other.Label() == m.Label() && other.Weights == m.weights
		})
	})
}

// evenly takes n checkpoints of each stage, the first and last among them, and
// all other models. Of checkpoints that two stages share in weights none is
// left out: stage 2 begins where stage 1 ends.
func evenly(list []models.Model, n int) (out []models.Model) {
	if n == 0 {
		return list
	}
	count := map[int]int{}
	for _, m := range list {
		count[m.Stage]++
	}
	seen, taken := map[int]int{}, map[int]int{}
	for _, m := range list {
		i, of := seen[m.Stage], count[m.Stage]
		seen[m.Stage]++
		// The k-th of n stands at k·(of-1)/(n-1); a single one is the last.
		at := of - 1
		if most := min(n, of); most > 1 {
			at = taken[m.Stage] * (of - 1) / (most - 1)
		}
		if m.Baseline() || i == at {
			taken[m.Stage]++
			out = append(out, m)
		}
	}
	return out
}

// run makes the sweeps of a model on a task, a folder each, and gives their
// folders, a model's tasks together. Checkpoints of one run are trained by one
// compiled program.
func (t Try) run(ctx context.Context, list []found, say func(string)) (folders []string, err error) {
	of := make([][]string, len(list))
	for _, task := range t.Tasks {
		var kept shared
		for i, m := range list {
			dir, err := t.sweep(ctx, m, task, kept.open, say)
			if err != nil {
				kept.close()
				return nil, err
			}
			of[i] = append(of[i], dir)
		}
		kept.close()
	}
	return slices.Concat(of...), nil
}

// sweep makes the runs of a model on a task.
func (t Try) sweep(ctx context.Context, m found, task jglue.Task, open opener, say func(string)) (dir string, err error) {
	c := finetune.Config{Task: task, Model: m.dir, Name: m.Ref, Checkpoint: m.Checkpoint, Rows: t.Rows}
	if err := c.Own(); err != nil {
		return "", err
	}
	runs := len(t.Grid.Settings())
	o := Options{Config: c, Grid: t.Grid, Open: open}
	o.Dir = filepath.Join(t.Output, fmt.Sprintf("%s-%d-stage%d-%d-%.8s", task.Key(), t.Rows, m.Stage, m.Step, m.weights))
	o.Progress = func(s finetune.Setting) func(finetune.Update, int) {
		say(fmt.Sprintf("%s, %s: %s, %d runs in all", m.Label(), task.Name, s, runs))
		return nil
	}
	if err := Local(ctx, o); err != nil {
		return "", fmt.Errorf("%s, %s: %w", m.Label(), task.Name, err)
	}
	return o.Dir, nil
}

type opener = func(context.Context, finetune.Config) (*finetune.Trainer, func(), error)

// shared is a trainer that sweeps hand on to each other.
type shared struct{ trainer *finetune.Trainer }

// open is for Options.Open: the last trainer with the next one's weights, or
// where more differs than the weights a new one.
func (s *shared) open(ctx context.Context, c finetune.Config) (*finetune.Trainer, func(), error) {
	stays := func() {}
	if s.trainer != nil {
		if ok, err := s.trainer.Swap(c); ok || err != nil {
			return s.trainer, stays, err
		}
		s.close()
	}
	t, err := finetune.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	s.trainer = t
	return t, stays, nil
}

func (s *shared) close() {
	if s.trainer != nil {
		s.trainer.Close()
		s.trainer = nil
	}
}
