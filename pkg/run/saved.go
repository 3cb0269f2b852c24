package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"llmjp.internal/modernbert/pkg/durable"
)

// Checkpoint is the folder of a checkpoint.
type Checkpoint struct {
	Step int
	Path string
}

// Saved lists the checkpoints in some of a run's folders (Staying, Rolling) by
// rising step. It looks at their names only.
func Saved(dir string, folders ...string) ([]Checkpoint, error) {
	var all []Checkpoint
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			if step, ok := StepOf(entry.Name()); ok && entry.IsDir() {
				all = append(all, Checkpoint{step, filepath.Join(dir, folder, entry.Name())})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Checkpoint) int { return a.Step - b.Step })
	return all, nil
}

// LastGood returns the last whole checkpoint of a run that is not later than a
// step; ok is false where there is none at all. It reports each damaged one
// and passes over it for the one before. Any other error ends the search: a
// checkpoint that cannot be read now may be good. So does a run of which no
// checkpoint is whole, since to begin again would cost all of it.
func LastGood(dir string, step int, report func(error)) (c Checkpoint, s State, ok bool, err error) {
	all, err := Saved(dir, Rolling, Staying)
	if err != nil {
		return c, s, false, err
	}
	all = slices.DeleteFunc(all, func(c Checkpoint) bool { return c.Step > step })
	for _, c := range slices.Backward(all) {
		s, err := Verify(c.Path)
		if err == nil {
			return c, s, true, nil
		}
		if !errors.Is(err, durable.ErrDamaged) {
			return c, s, false, fmt.Errorf("%w: mend that and run the same command again", err)
		}
		report(err)
	}
	if len(all) > 0 {
		return c, s, false, fmt.Errorf("%s: none of %d checkpoints is whole: choose another --output, or move %s and %s away to begin again at step 0", dir, len(all), Staying, Rolling)
	}
	return c, s, false, nil
}

// DropRolling removes the rolling checkpoints but the one at path.
func DropRolling(dir, path string) error {
	all, err := Saved(dir, Rolling)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Path != path {
			err = errors.Join(err, os.RemoveAll(c.Path))
		}
	}
	return err
}
