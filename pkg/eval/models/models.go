// Package models lists and loads the models of an analysis: single models, or all
// checkpoints of a pretraining run.
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

// A Model is one model of an analysis, with its label in figures.
type Model struct {
	result.Checkpoint
	Ref string // its directory, or owner/name[@revision] on the hub
}

// Load puts the model on the backend, fetched from the hub if need be. A damaged
// checkpoint of a run is an error: see [Model.Verify].
func (m Model) Load(ctx context.Context, head model.Head, options encoder.Options) (*encoder.Encoder, error) {
	dir, err := hub.Resolve(ctx, m.Ref)
	if err != nil {
		return nil, err
	}
	if err := m.Verify(); err != nil {
		return nil, err
	}
	return encoder.Load(ctx, dir, head, options)
}

// Verify compares the files of a run's checkpoint with their digests: a flipped
// bit would give wrong numbers in silence. It returns nil for any other model.
// List leaves it to Load, which reads the weights anyway.
func (m Model) Verify() error {
	if _, _, ok := run.Of(m.Ref); !ok {
		return nil
	}
	return run.VerifyModel(m.Ref)
}

// List returns the models that refs name, in their order. A ref is a model's
// directory, a hub id, or the folder of a pretraining run or of its stages. Such a
// folder stands for all of its checkpoints by stage and step (run.Models), and
// their models hold the stage and the step. No two models have the same label.
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
	if len(checkpoints) == 0 { // not a run's folder
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

// Run returns the description of the run that a checkpoint belongs to, or an
// empty one for a model of no run.
func (m Model) Run() (d run.Description, err error) {
	if dir, _, ok := run.Of(m.Ref); ok {
		return run.Read(dir)
	}
	return d, nil
}

// Provenance returns [provenance.Of] for a list of models.
func Provenance(ctx context.Context, list []Model, seed uint64, began time.Time, inputs ...string) (result.Provenance, error) {
	refs := make([]string, len(list))
	for i, m := range list {
		refs[i] = m.Ref
	}
	return provenance.Of(ctx, refs, seed, began, inputs...)
}

// name returns the last part of a model's path or id. For a fine-tuned model,
// which lies in DIR/model, it returns the last two parts.
func name(ref string) string {
	parts := strings.Split(strings.Trim(filepath.ToSlash(filepath.Clean(ref)), "/"), "/")
	last := parts[len(parts)-1]
	if last == "model" && len(parts) > 1 {
		last = parts[len(parts)-2] + "/" + last
	}
	return last
}

// Finals returns the last checkpoint of each stage and the models of no run,
// in their order, for a figure without a time axis.
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

// distinct returns the models with other names where labels are equal: with the
// settings that the runs differ in, as "stage 2, 600, rows=windows", or with
// refs where those do not tell the models apart.
func distinct(all []Model) []Model {
	same := map[string][]int{}
	for i, m := range all {
		same[m.Label()] = append(same[m.Label()], i)
	}
	out := slices.Clone(all)
	for label, list := range same {
		if len(list) < 2 {
			continue
		}
		differences := differing(all, list)
		for k, i := range list {
			out[i].Name = all[i].Ref
			if differences != nil {
				out[i].Name = label + ", " + differences[k]
			}
		}
	}
	return out
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
