// Package models finds the models that an analysis looks at: one by one, or
// all checkpoints of a pretraining run.
package models

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/provenance"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
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

// List returns the models that refs name, in their order. A ref is a model's
// directory, a hub id, or the folder of a pretraining run or of its stages,
// which stands for all its checkpoints by stage and step (run.Models). Models
// of a run know their stage and step; no two have the same label.
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
		return nil, errors.New("no model is named")
	}
	return distinct(all), nil
}

func list(ref string) ([]Model, error) {
	if ref == "" {
		return nil, errors.New("a model's name is empty")
	}
	if found, err := project.Find(ref); err == nil { // else it may be a hub id
		ref = found
	}
	checkpoints, err := run.Models(ref)
	if err != nil {
		return nil, err
	}
	if len(checkpoints) == 0 { // of no run
		named := ref
		if exists(ref) {
			if named, err = filepath.Abs(ref); err != nil {
				return nil, err
			}
		}
		return []Model{{result.Checkpoint{Name: name(named)}, ref}}, nil
	}
	var all []Model
	for _, c := range checkpoints {
		m := Model{result.Checkpoint{Stage: 1, Step: c.Step}, c.Path}
		d, err := m.Run()
		if err != nil {
			return nil, err
		}
		if d.Stage > 0 {
			m.Stage = d.Stage
		}
		all = append(all, m)
	}
	return all, nil
}

// Run returns the description of the run that a checkpoint belongs to, an empty
// one for a model of no run.
func (m Model) Run() (d run.Description, err error) {
	if dir, _, ok := run.Of(m.Ref); ok {
		return run.Read(dir)
	}
	return d, nil
}

// Provenance is [provenance.Of] for a list of models.
func Provenance(ctx context.Context, list []Model, seed uint64, began time.Time, inputs ...string) (result.Provenance, error) {
	refs := make([]string, len(list))
	for i, m := range list {
		refs[i] = m.Ref
	}
	return provenance.Of(ctx, refs, seed, began, inputs...)
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

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
