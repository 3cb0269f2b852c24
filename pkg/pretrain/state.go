package pretrain

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/run"
	"llmjp.internal/modernbert/pkg/train"
)

// momentsFile holds Adam's moments in a checkpoint, beside the model's weights.
const momentsFile = "trainer_state.safetensors"

// The prefixes of a weight's name in momentsFile, as torch names the moments.
const (
	firstPrefix  = "exp_avg."
	secondPrefix = "exp_avg_sq."
)

// atPhase is called while a checkpoint has its temporary name ("writing") and
// once it has its own ("renamed"). A test ends the process there.
var atPhase = func(phase string, step int) {}

// save writes a checkpoint of the weights in training into a folder of the run,
// run.Staying or run.Rolling. All ranks must hold the same weights.
func (s *session) save(folder string) error {
	state, err := s.step.State()
	if err != nil {
		return err
	}
	if s.opt.Ranks.Size() > 1 {
		what := fmt.Sprintf("the digest of the weights after step %d", s.at)
		if err := s.same(what, digestWeights(s.params, state.Weights), "their processors or drivers round differently, or one is faulty; the last checkpoint is the last good one"); err != nil {
			return err
		}
	}
	if name := notFinite(s.params, state.Weights); name != "" {
		return s.broken("a value of " + name)
	}
	if !s.writer() {
		return nil
	}
	return s.write(folder, state)
}

// write writes a checkpoint, a Hugging Face directory with the trainer's state,
// into a folder of the run (run.Staying, run.Rolling or run.NonFinite) and
// reads it back.
func (s *session) write(folder string, state train.State) error {
	path := filepath.Join(s.opt.Output, folder, run.StepName(s.at))
	extra := checkpoint.Extra{Files: s.tok.Files(), Replace: true, Write: func(dir string) error {
		return s.writeState(dir, state)
	}}
	// A checkpoint must not be newer than its logs.
	if err := errors.Join(s.log.Sync(), s.evals.Sync()); err != nil {
		return err
	}
	err := checkpoint.Save(path, s.arch, model.MaskedLM, state.Weights, extra)
	if diskFull(err) {
		return fmt.Errorf("no space left for the checkpoint of step %d in %s: make room and run the same command again, it goes on from the last one", s.at, s.opt.Output)
	}
	if err != nil {
		return err
	}
	atPhase("renamed", s.at)
	if _, err := run.Verify(path); err != nil {
		return fmt.Errorf("%w right after it was written: the disk or the memory is faulty", err)
	}
	return nil
}

// writeState writes the trainer's state beside the model in dir.
func (s *session) writeState(dir string, state train.State) error {
	if state.Updates > 0 {
		var tensors []checkpoint.Tensor
		for _, p := range s.params {
			tensors = append(tensors,
				checkpoint.Tensor{Name: firstPrefix + p.Name, Shape: p.Shape, Data: state.First[p.Name]},
				checkpoint.Tensor{Name: secondPrefix + p.Name, Shape: p.Shape, Data: state.Second[p.Name]})
		}
		if err := checkpoint.WriteFile(filepath.Join(dir, momentsFile), tensors, nil); err != nil {
			return err
		}
	}
	settings, err := json.Marshal(s.settings)
	if err != nil {
		return err
	}
	if err := (run.State{Step: s.at, Settings: settings, Origin: s.origin}).Seal(dir); err != nil {
		return err
	}
	atPhase("writing", s.at)
	return nil
}

// restore reads the state of the last good checkpoint; it returns start where
// the run has no checkpoint. It reports damaged checkpoints and passes over
// them.
func (s *session) restore(start train.State) (state train.State, err error) {
	passedOver := func(err error) { s.report("%v; passed over", err) }
	c, saved, ok, err := run.LastGood(s.opt.Output, s.settings.TotalSteps, passedOver)
	if err != nil || !ok {
		return start, err
	}
	if err := s.checkSettings(saved.Settings); err != nil {
		return state, fmt.Errorf("checkpoint %s: %w; choose another --output", c.Path, err)
	}
	if conflict := s.origin.Conflict(saved.Origin); conflict != "" {
		return state, fmt.Errorf("checkpoint %s: %s; choose another --output", c.Path, conflict)
	}
	if state, err = s.readState(c); err != nil {
		return state, err
	}
	s.report("goes on from %s of %s", filepath.Join(filepath.Base(filepath.Dir(c.Path)), filepath.Base(c.Path)), filepath.Base(s.opt.Output))
	return state, nil
}

// readState reads the weights and moments of a checkpoint.
func (s *session) readState(from run.Checkpoint) (train.State, error) {
	state := train.State{Updates: from.Step}
	c, err := checkpoint.Open(from.Path)
	if err != nil {
		return state, err
	}
	if state.Weights, err = c.Load(model.MaskedLM); err != nil || from.Step == 0 {
		return state, err
	}
	f, err := checkpoint.OpenFile(filepath.Join(from.Path, momentsFile))
	if err != nil {
		return state, err
	}
	defer f.Close()
	state.First, state.Second = model.Values{}, model.Values{}
	for _, p := range s.params {
		if state.First[p.Name], err = f.Float32s(firstPrefix + p.Name); err == nil {
			state.Second[p.Name], err = f.Float32s(secondPrefix + p.Name)
		}
		if err != nil {
			return state, err
		}
	}
	return state, nil
}

// saveIfDue saves a checkpoint if one is due at this step or the session ends.
func (s *session) saveIfDue(ending bool) error {
	folder := s.due(ending)
	if folder == "" {
		return nil
	}
	path := filepath.Join(s.opt.Output, folder, run.StepName(s.at))
	var err error
	if s.writer() {
		_, err = run.Verify(path)
	}
	damaged := errors.Is(err, durable.ErrDamaged) // or not there
	if err != nil && !damaged {
		return err
	}
	if damaged, err = s.opt.Ranks.Any(damaged); err != nil {
		return err
	}
	if damaged {
		if err := s.save(folder); err != nil {
			return err
		}
	}
	s.summary.Checkpoint = path
	if !s.writer() {
		return nil
	}
	return run.DropRolling(s.opt.Output, path)
}
