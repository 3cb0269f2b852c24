package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
)

// Dirs returns the folders of the runs that path stands for: path itself where
// it is a run's folder, the folders of its stages where it holds those, the
// run of a checkpoint where it is a checkpoint's folder; none for any other.
func Dirs(path string) []string {
	switch {
	case IsRun(path):
		return []string{path}
	case exists(path, "config.json"):
		if dir, _, ok := Of(path); ok {
			return []string{dir}
		}
		return nil
	}
	var dirs []string
	for _, stage := range stages {
		if dir := filepath.Join(path, stage); IsRun(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// IsRun tells whether a folder is a run's. A model's is not, whatever else it
// holds.
func IsRun(dir string) bool {
	return !exists(dir, "config.json") && (exists(dir, File) || exists(dir, Staying))
}

// Of returns the run's folder and the step of a checkpoint's folder; ok is
// false for any other folder.
func Of(checkpoint string) (dir string, step int, ok bool) {
	absolute, err := filepath.Abs(checkpoint)
	if err != nil {
		return "", 0, false
	}
	step, ok = StepOf(filepath.Base(absolute))
	dir = filepath.Dir(filepath.Dir(absolute))
	return dir, step, ok && exists(dir, File)
}

// Model returns the folder of the model that path names: for a run's folder,
// or that of a run's stages, the last checkpoint that stays; path itself for
// any other. A damaged last checkpoint is an error that names the one before it:
// Model never chooses another checkpoint in silence.
func Model(path string) (string, error) {
	if exists(path, "config.json") {
		return path, nil
	}
	all, err := Models(path)
	if err != nil || len(all) == 0 {
		return path, err
	}
	last := all[len(all)-1].Path
	_, err = verify(last, trainerFiles)
	if errors.Is(err, durable.ErrDamaged) && len(all) > 1 {
		err = fmt.Errorf("%w; name a checkpoint, such as %s", err, all[len(all)-2].Path)
	}
	return last, err
}

// Models lists the checkpoints that stay of the runs that path stands for (see
// [Dirs]), stage after stage; it is empty where path is no run. Runs that have
// no checkpoint yet are an error.
func Models(path string) ([]Checkpoint, error) {
	if exists(path, "config.json") {
		if _, step, ok := Of(path); ok {
			return []Checkpoint{{step, path}}, nil
		}
		return nil, nil
	}
	var all []Checkpoint
	dirs := Dirs(path)
	for _, dir := range dirs {
		more, err := Saved(dir, Staying)
		if err != nil {
			return nil, err
		}
		for _, c := range more {
			if exists(c.Path, "config.json") {
				all = append(all, c)
			}
		}
	}
	if len(dirs) > 0 && len(all) == 0 {
		return nil, fmt.Errorf("%s: the run has no checkpoint yet in %s", path, Staying)
	}
	return all, nil
}

func exists(elements ...string) bool {
	_, err := os.Stat(filepath.Join(elements...))
	return err == nil
}
