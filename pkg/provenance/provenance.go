// Package provenance says where the numbers of a result come from.
package provenance

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// Of returns the provenance of an experiment on models (directories or hub
// ids): the presets and notes of their runs, the digest of the last one's
// config.json, the input files, the seed, and the seconds since it began.
func Of(ctx context.Context, models []string, seed uint64, began time.Time, inputs ...string) (p result.Provenance, err error) {
	p = result.Provenance{Seed: seed, Commit: project.Commit()}
	if len(inputs) > 0 {
		if p.Data, err = Inputs(inputs...); err != nil {
			return p, err
		}
	}
	var presets []string
	for _, model := range models {
		d, err := describe(model)
		if err != nil {
			return p, err
		}
		if !slices.Contains(presets, d.Preset) {
			presets = append(presets, d.Preset)
		}
		for _, note := range d.Notes {
			if !strings.HasPrefix(note, "Retrieval:") { // of the run's validation: an experiment that retrieves adds its own
				p.AddNotes(note)
			}
		}
	}
	p.Preset = strings.Join(presets, ", ")
	if len(models) > 0 {
		b, err := backend.Open()
		if err != nil {
			return p, err
		}
		p.Backend, p.Environment = backend.Kind(b), backend.Environment()
		if p.Config, err = configDigest(ctx, models[len(models)-1]); err != nil {
			return p, err
		}
	}
	p.Seconds = time.Since(began).Round(100 * time.Millisecond).Seconds()
	return p, nil
}

// describe returns the description of the run that a checkpoint belongs to. For
// any other model its Preset is the model's name.
func describe(model string) (d run.Description, err error) {
	if dir, _, ok := run.Of(model); ok {
		if d, err = run.Read(dir); err != nil {
			return d, err
		}
	}
	if d.Preset == "" {
		d.Preset = model
		if _, err := os.Stat(model); err == nil {
			d.Preset = inProject(model)
		}
	}
	return d, nil
}

// configDigest returns the SHA-256 of a model's config.json.
func configDigest(ctx context.Context, model string) (string, error) {
	dir, err := hub.Resolve(ctx, model)
	if err != nil {
		return "", err
	}
	return digest(filepath.Join(dir, "config.json"))
}
