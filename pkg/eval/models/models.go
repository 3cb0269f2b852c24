// Package models finds the models that an analysis looks at: one by one, or
// all checkpoints of a pretraining run.
package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

// Model is one model of an analysis, with the name that figures give it.
type Model struct {
	result.Checkpoint
	Ref string // its directory, or owner/name[@revision] on the hub
}

// Load fetches the model if it has to and puts it on the backend.
func (m Model) Load(ctx context.Context, head model.Head, options encoder.Options) (*encoder.Encoder, error) {
	dir, err := hub.Resolve(ctx, m.Ref)
	if err != nil {
		return nil, err
	}
	return encoder.Load(ctx, dir, head, options)
}

const (
	runFile        = "run.json"
	checkpointsDir = "checkpoints"
)

// List gives the models that refs name, in their order. A ref is a model's
// directory, a hub id, or the folder of a pretraining run, which stands for
// DIR/checkpoints/step-* by rising step. Models of a run know their stage and
// step; no two have the same label.
func List(refs ...string) ([]Model, error) {
	var all []Model
	for _, ref := range refs {
		more, err := list(ref)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	if len(all) == 0 {
		return nil, errors.New("no model is given")
	}
	return distinct(all), nil
}

func list(ref string) ([]Model, error) {
	if ref == "" {
		return nil, errors.New("a model's name is empty")
	}
	if is(filepath.Join(ref, "config.json")) {
		return one(ref)
	}
	if is(filepath.Join(ref, runFile)) || is(filepath.Join(ref, checkpointsDir)) {
		return ofRun(ref)
	}
	return []Model{{result.Checkpoint{Name: name(ref)}, ref}}, nil
}

// one is a directory with a model, which may lie in a run's folder.
func one(dir string) ([]Model, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	parent := filepath.Dir(absolute)
	if step, ok := stepOf(filepath.Base(absolute)); ok && is(filepath.Join(filepath.Dir(parent), runFile)) {
		stage, err := stageOf(filepath.Dir(parent))
		if err != nil {
			return nil, err
		}
		return []Model{{result.Checkpoint{Stage: stage, Step: step}, dir}}, nil
	}
	return []Model{{result.Checkpoint{Name: name(absolute)}, dir}}, nil
}

// ofRun lists a run's checkpoints by rising step.
func ofRun(dir string) ([]Model, error) {
	stage, err := stageOf(dir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(dir, checkpointsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []Model
	for _, entry := range entries {
		path := filepath.Join(dir, checkpointsDir, entry.Name())
		if step, ok := stepOf(entry.Name()); ok && is(filepath.Join(path, "config.json")) {
			all = append(all, Model{result.Checkpoint{Stage: stage, Step: step}, path})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: the run has no checkpoint yet in %s", dir, checkpointsDir)
	}
	slices.SortFunc(all, func(a, b Model) int { return a.Step - b.Step })
	return all, nil
}

// stageOf reads a run's stage; 1 where there is no run.json.
func stageOf(dir string) (int, error) {
	path := filepath.Join(dir, runFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	var run result.Run
	if err := json.Unmarshal(data, &run); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return max(1, run.Stage), nil
}

// stepOf reads the name of a checkpoint's folder, step-000500.
func stepOf(name string) (step int, ok bool) {
	digits, found := strings.CutPrefix(name, "step-")
	step, err := strconv.Atoi(digits)
	return step, found && err == nil && step >= 0
}

// name is what a reader calls a model: the last part of its path or id. A
// fine-tuned model lies in DIR/model and is called by DIR too.
func name(ref string) string {
	parts := strings.Split(strings.Trim(filepath.ToSlash(filepath.Clean(ref)), "/"), "/")
	last := parts[len(parts)-1]
	if last == "model" && len(parts) > 1 {
		last = parts[len(parts)-2] + "/" + last
	}
	return last
}

// Finals are the last checkpoint of each stage and the models of no run, in
// their order: what a figure without time shows of a run.
func Finals(list []Model) (finals []Model) {
	checkpoints := make([]result.Checkpoint, len(list))
	for i, m := range list {
		checkpoints[i] = m.Checkpoint
	}
	for _, m := range list {
		if m.Final(checkpoints) {
			finals = append(finals, m)
		}
	}
	return finals
}

// distinct calls models whose labels are equal by their refs.
func distinct(all []Model) []Model {
	count := map[string]int{}
	for _, m := range all {
		count[m.Label()]++
	}
	out := slices.Clone(all)
	for i, m := range out {
		if count[m.Label()] > 1 {
			out[i].Name = m.Ref
		}
	}
	return out
}

func is(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
