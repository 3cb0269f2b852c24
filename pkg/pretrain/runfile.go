package pretrain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/result"
)

// runFile is run.json: what the run is.
type runFile struct {
	result.Run
	Settings Settings `json:"settings"`
	Init     string   `json:"init,omitempty"`
	origin
}

const runName = "run.json"

// readRunFile returns nil where there is none, or a damaged one: then the
// checkpoints say what the run is.
func (r *run) readRunFile() (*runFile, error) {
	path := filepath.Join(r.opt.Output, runName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var f runFile
	if err := durable.Unseal(data, &f); err != nil {
		r.report("%s: %v; it is written again", path, err)
		return nil, nil
	}
	return &f, nil
}

func (r *run) writeRunFile() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	f := runFile{
		Run: result.Run{
			Provenance: result.Provenance{
				Preset: r.settings.Preset, Config: r.origin.Config, Data: r.opt.Inputs, Seed: r.settings.Seed,
				Commit: result.Commit(), Backend: backend.Kind(b), Notes: r.opt.Notes,
			},
			Stage: r.settings.Stage, TotalSteps: r.settings.TotalSteps, MaxLength: r.settings.MaxLength, Unigram: r.summary.Unigram,
		},
		Settings: r.settings, Init: r.opt.Init, origin: r.origin,
	}
	data, err := durable.Sealed(f)
	if err != nil {
		return err
	}
	return durable.Bytes(filepath.Join(r.opt.Output, runName), data)
}
