package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/result"
)

// Collect makes Table 2's result from the folders of sweeps: one model on
// several tasks, or several models. It leaves unfinished runs out.
func Collect(dirs ...string) (*result.JGLUE, error) {
	j := &result.JGLUE{}
	for _, dir := range dirs {
		if err := add(j, folder(dir)); err != nil {
			return nil, err
		}
	}
	if len(dirs) == 0 {
		return nil, errors.New("no folder of a sweep")
	}
	if len(j.Runs) == 0 {
		return nil, fmt.Errorf("no run is finished yet in %v", dirs)
	}
	slices.SortStableFunc(j.Models, func(a, b result.JGLUEModel) int {
		return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Step, b.Step))
	})
	return j, j.Validate()
}

func add(j *result.JGLUE, f folder) error {
	header, err := f.header()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not the folder of a sweep: it has no %s", f, headerFile)
	}
	if err != nil {
		return err
	}
	task, err := jglue.Parse(header.Task)
	if err != nil {
		return fmt.Errorf("%s: %w", f, err)
	}
	rows, err := f.rows()
	if err != nil {
		return err
	}
	if err := addModel(j, f, header.Model); err != nil {
		return err
	}
	p, own := &j.Provenance, header.Provenance
	if !slices.Contains(strings.Split(p.Preset, ", "), own.Preset) {
		p.Preset = strings.TrimPrefix(p.Preset+", "+own.Preset, ", ")
	}
	for _, d := range own.Data {
		if !slices.Contains(p.Data, d) {
			p.Data = append(p.Data, d)
		}
	}
	p.Config = own.Config
	p.AddNotes(own.Notes...)
	var finished []Row
	for _, row := range rows {
		p.Seconds += row.Seconds
		p.Backend, p.Commit, p.Seed = row.Backend, row.Commit, row.Seed
		if row.Failed != "" {
			p.AddNotes(fmt.Sprintf("%s, %s: %s", row.Model, row.Task, row.Failed))
			continue
		}
		if len(row.Predictions) != len(header.Labels) {
			return fmt.Errorf("%s: a run has %d predictions of %d rows; remove its file to run it again", f, len(row.Predictions), len(header.Labels))
		}
		finished = append(finished, row)
		j.Runs = append(j.Runs, row.FineTuneRun)
	}
	if len(finished) == 0 {
		return nil
	}
	j.Selections = append(j.Selections, selection(task, header, finished))
	best := slices.MaxFunc(finished, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), -compare(a.FineTuneRun, b.FineTuneRun)) // the first of equals
	})
	j.Misjudged = append(j.Misjudged, best.Worst...)
	return nil
}

// addModel adds a model if the result does not have it yet.
func addModel(j *result.JGLUE, f folder, m result.JGLUEModel) error {
	for _, other := range j.Models {
		if other.Label() != m.Label() {
			continue
		}
		if other != m {
			return fmt.Errorf("%s: another model is called %s too", f, m.Label())
		}
		return nil
	}
	j.Models = append(j.Models, m)
	return nil
}

// compare orders runs by setting.
func compare(a, b result.FineTuneRun) int {
	return cmp.Or(cmp.Compare(a.LR, b.LR), cmp.Compare(a.Epochs, b.Epochs), cmp.Compare(a.Seed, b.Seed))
}
