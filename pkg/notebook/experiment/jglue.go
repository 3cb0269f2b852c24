package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/finetune/sweep"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/notebook"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// JGLUE collects the sweeps of MODERNBERT_SWEEPS, else fine-tunes the models
// of Models on a few rows and settings, and saves Table 2's result in Data.
// Where neither is named it reads the result there; so it does where that has
// more runs of the same models and the environment sets none of
// MODERNBERT_TASKS, _GRID, _ROWS and _CHECKPOINTS. say gets a line for each part.
func JGLUE(ctx context.Context, say func(line string)) (*result.JGLUE, error) {
	folders, err := sweepFolders()
	if err != nil {
		return nil, err
	}
	if len(folders) == 0 {
		list, err := Models()
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return result.Load[result.JGLUE](notebook.Data())
		}
		plan, n, err := plan()
		if err != nil {
			return nil, err
		}
		plan.Progress, list = say, evenly(list, n)
		if old, err := largerResult(ctx, plan, list); old != nil || err != nil {
			return old, err
		}
		if folders, err = plan.Run(ctx, list); err != nil {
			return nil, err
		}
	}
	j, err := sweep.Collect(folders...)
	if err != nil {
		return nil, err
	}
	return j, result.Save(notebook.Data(), j)
}

// largerResult returns the result in Data if it has more runs than the plan would
// make and the environment does not ask for the plan, else nil.
func largerResult(ctx context.Context, p sweep.Plan, list []models.Model) (*result.JGLUE, error) {
	for _, v := range []variable.Variable{variable.Tasks, variable.Grid, variable.Rows, variable.Checkpoints} {
		if v.Value() != "" {
			return nil, nil
		}
	}
	old, err := result.Load[result.JGLUE](notebook.Data())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if more, err := p.Surpassed(ctx, old, list); !more || err != nil {
		return nil, err
	}
	return old, nil
}

// plan returns the fine-tuning that the environment asks for, and the number
// of checkpoints of each stage. The standard takes a laptop a minute.
func plan() (p sweep.Plan, n int, err error) {
	for _, name := range variable.Tasks.List() {
		task, err := jglue.Parse(name)
		if err != nil {
			return p, 0, fmt.Errorf("%s: %w", variable.Tasks.Name, err)
		}
		p.Tasks = append(p.Tasks, task)
	}
	if p.Grid, err = sweep.ParseGrid(variable.Grid.Text()); err != nil {
		return p, 0, fmt.Errorf("%s: %w", variable.Grid.Name, err)
	}
	if p.Rows, err = variable.Rows.Count(); err != nil {
		return p, 0, err
	}
	if n, err = variable.Checkpoints.Count(); err != nil {
		return p, 0, err
	}
	if p.Dir = variable.Output.Folder(); p.Dir == "" {
		p.Dir, err = variable.WorkFolder()
		p.Dir = filepath.Join(p.Dir, "notebook-05")
	}
	return p, n, err
}

// sweepFolders returns the folders that MODERNBERT_SWEEPS names.
func sweepFolders() (folders []string, err error) {
	for _, pattern := range variable.Sweeps.List() {
		found, err := project.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", variable.Sweeps.Name, err)
		}
		folders = append(folders, found...)
	}
	return folders, nil
}

// evenly returns n checkpoints of each stage, the first and the last among
// them, and all other models; n = 0 returns the whole list.
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
		i, all := seen[m.Stage], count[m.Stage]
		seen[m.Stage]++
		// The k-th of n is at k·(all-1)/(n-1); a single one is the last.
		at := all - 1
		if most := min(n, all); most > 1 {
			at = taken[m.Stage] * (all - 1) / (most - 1)
		}
		if m.Baseline() || i == at {
			taken[m.Stage]++
			out = append(out, m)
		}
	}
	return out
}
