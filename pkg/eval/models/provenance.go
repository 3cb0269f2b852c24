package models

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/result"
)

// Provenance says where the numbers of an analysis come from: its models, with
// what their runs say of themselves, the last one's config.json, its input
// files, its seed, and the time since it began.
func Provenance(ctx context.Context, list []Model, seed uint64, began time.Time, inputs ...string) (p result.Provenance, err error) {
	p = result.Provenance{Seed: seed, Commit: result.Commit()}
	if len(inputs) > 0 {
		if p.Data, err = Inputs(inputs...); err != nil {
			return p, err
		}
	}
	var names []string
	for _, m := range list {
		run := m.Run()
		if !slices.Contains(names, run.Preset) {
			names = append(names, run.Preset)
		}
		for _, note := range run.Notes {
			if !strings.HasPrefix(note, "Retrieval:") { // of its validation: who retrieves here says its own
				p.AddNotes(note)
			}
		}
	}
	p.Preset = strings.Join(names, ", ")
	if len(list) > 0 {
		b, err := backend.Open()
		if err != nil {
			return p, err
		}
		p.Backend = backend.Kind(b)
		if p.Config, err = list[len(list)-1].config(ctx); err != nil {
			return p, err
		}
	}
	p.Seconds = time.Since(began).Round(100 * time.Millisecond).Seconds()
	return p, nil
}

// Run is the run.json of the run that a checkpoint belongs to; for a model of
// no run its Preset is the model itself.
func (m Model) Run() (run result.Run) {
	if m.Stage > 0 {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(m.Ref)), runFile))
		if err == nil {
			_ = json.Unmarshal(content, &run) // List has read it already
		}
	}
	if run.Preset == "" {
		run.Preset = m.Ref
		if is(m.Ref) {
			run.Preset = inProject(m.Ref)
		}
	}
	return run
}

// config is the SHA-256 of the model's config.json.
func (m Model) config(ctx context.Context) (string, error) {
	dir, err := hub.Resolve(ctx, m.Ref)
	if err != nil {
		return "", err
	}
	return digestOf(filepath.Join(dir, "config.json"))
}
