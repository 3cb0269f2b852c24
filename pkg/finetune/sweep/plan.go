package sweep

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/result"
)

// A Plan is the same grid of runs for several models on several tasks.
type Plan struct {
	Tasks []jglue.Task
	Grid  Grid
	Rows  int    // of each split; 0 is all
	Dir   string // a folder below it for each model and task
	// Progress, if not nil, is told in a line what begins.
	Progress func(line string)
}

// Run makes the plan's unfinished runs and returns the folders of its sweeps,
// a model's tasks together. Checkpoints of one pretraining run share a
// compiled program.
func (p Plan) Run(ctx context.Context, list []models.Model) (folders []string, err error) {
	dirs, err := directories(ctx, list)
	if err != nil {
		return nil, err
	}
	byModel := make([][]string, len(list))
	for _, task := range p.Tasks {
		var kept shared
		for i, m := range list {
			dir, err := p.sweep(ctx, m, dirs[i], task, kept.open)
			if err != nil {
				kept.close()
				return nil, err
			}
			byModel[i] = append(byModel[i], dir)
		}
		kept.close()
	}
	return slices.Concat(byModel...), nil
}

// Surpassed reports whether a result has all of these models, compared by
// their weights, and more runs than the plan makes.
func (p Plan) Surpassed(ctx context.Context, j *result.JGLUE, list []models.Model) (bool, error) {
	if len(j.Runs) <= len(list)*len(p.Tasks)*len(p.Grid.Settings()) {
		return false, nil
	}
	dirs, err := directories(ctx, list)
	if err != nil {
		return false, err
	}
	for i, m := range list {
		sum, err := weights(dirs[i])
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(j.Models, func(other result.JGLUEModel) bool {
			return other.Label() == m.Label() && other.Weights == sum
		}) {
			return false, nil
		}
	}
	return true, nil
}

// directories returns the models' directories and fetches those of the hub.
func directories(ctx context.Context, list []models.Model) (dirs []string, err error) {
	for _, m := range list {
		dir, err := hub.Resolve(ctx, m.Ref)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// sweep makes the runs of a model on a task.
func (p Plan) sweep(ctx context.Context, m models.Model, model string, task jglue.Task, open opener) (dir string, err error) {
	c := finetune.Config{Task: task, Model: model, Name: m.Ref, Checkpoint: m.Checkpoint, Rows: p.Rows}
	if err := c.UseProjectRows(); err != nil {
		return "", err
	}
	sum, err := weights(model)
	if err != nil {
		return "", err
	}
	runs := len(p.Grid.Settings())
	o := Options{Config: c, Grid: p.Grid, Open: open}
	o.Dir = filepath.Join(p.Dir, fmt.Sprintf("%s-%d-stage%d-%d-%.8s", task.Key(), p.Rows, m.Stage, m.Step, sum))
	o.Progress = func(s finetune.Setting) func(finetune.Update, int) {
		if p.Progress != nil {
			p.Progress(fmt.Sprintf("%s, %s: %s, %d runs in all", m.Label(), task.Name, s, runs))
		}
		return nil
	}
	if err := Local(ctx, o); err != nil {
		return "", fmt.Errorf("%s, %s: %w", m.Label(), task.Name, err)
	}
	return o.Dir, nil
}

// An opener opens a trainer and returns how to release it.
type opener = func(context.Context, finetune.Config) (*finetune.Trainer, func(), error)

// shared holds a trainer that one sweep after another uses.
type shared struct{ trainer *finetune.Trainer }

// open returns the held trainer with the next model's weights, or opens a new
// one if more than the weights differs. It serves as Options.Open.
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
