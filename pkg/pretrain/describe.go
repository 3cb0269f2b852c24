package pretrain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// readDescription reads run.json. It returns nil where there is none, and where
// it is damaged, which it reports: then the checkpoints tell what the run is.
func (s *session) readDescription() (*run.Description, error) {
	d, err := run.Read(s.opt.Output)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, durable.ErrDamaged):
		s.report("%s: damaged, it is written again", filepath.Join(s.opt.Output, run.File))
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &d, nil
}

// describe writes run.json.
func (s *session) describe() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	settings, err := json.Marshal(s.settings)
	if err != nil {
		return err
	}
	return run.Description{
		Provenance: result.Provenance{
			Preset: s.settings.Preset, Config: s.origin.Config, Data: s.opt.Inputs, Seed: s.settings.Seed,
			Commit: project.Commit(), Backend: backend.Kind(b), Environment: backend.Environment(), Notes: s.opt.Notes,
		},
		Stage: s.settings.Stage, TotalSteps: s.settings.TotalSteps, MaxLength: s.settings.MaxLength, Unigram: s.summary.Unigram,
		Settings: settings, Init: s.opt.Init, Origin: s.origin,
	}.Write(s.opt.Output)
}

// checkSettings returns an error if this session's settings cannot continue a
// run with these, in JSON.
func (s *session) checkSettings(saved json.RawMessage) error {
	var old Settings
	if err := json.Unmarshal(saved, &old); err != nil {
		return fmt.Errorf("settings of a later version of this program, which has to go on with them: %w", err)
	}
	if conflict := s.settings.conflict(old); conflict != "" {
		return errors.New(conflict)
	}
	return nil
}
