package pretrain

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/train"
)

// The folders of a run's checkpoints: those that stay, and the rolling one.
const (
	stayingDir = "checkpoints"
	rollingDir = "rolling"
)

// The files of the trainer's state in a checkpoint, beside the model's.
const (
	stateFile   = "trainer_state.json"
	momentsFile = "trainer_state.safetensors"
)

// Names of Adam's moments of a weight in momentsFile, torch's.
const (
	firstPrefix  = "exp_avg."
	secondPrefix = "exp_avg_sq."
)

// trainerState is trainer_state.json: where the run stands, and what every
// other file of the checkpoint must be.
type trainerState struct {
	Version  int      `json:"version"`
	Step     int      `json:"step"`
	Settings Settings `json:"settings"`
	origin
	Files map[string]string `json:"files"` // SHA-256 by name
}

const stateVersion = 1

// stepName is the folder of a step's checkpoint.
func stepName(step int) string { return fmt.Sprintf("step-%06d", step) }

// stepOf reads a folder's name; ok is false for any other.
func stepOf(name string) (step int, ok bool) {
	digits, found := strings.CutPrefix(name, "step-")
	step, err := strconv.Atoi(digits)
	return step, found && err == nil && len(digits) >= 5 && step >= 0
}

// save writes a checkpoint, a Hugging Face directory with the trainer's state,
// and reads it back.
func (r *run) save(folder string) error {
	state, err := r.step.State()
	if err != nil {
		return err
	}
	if name := notFinite(r.params, state.Weights); name != "" && folder != nonFiniteDir {
		return r.broken("a value of " + name)
	}
	path := filepath.Join(r.opt.Output, folder, stepName(r.at))
	extra := checkpoint.Extra{Files: r.tok.Files(), Replace: true, Write: func(dir string) error {
		return r.writeState(dir, state)
	}}
	if err := errors.Join(r.log.sync(), r.evals.sync()); err != nil {
		return err
	}
	err = checkpoint.Save(path, r.arch, model.MaskedLM, state.Weights, extra)
	if diskFull(err) {
		return fmt.Errorf("no space left for the checkpoint of step %d in %s: make room and run the same command again, it goes on from the last one", r.at, r.opt.Output)
	}
	if err != nil {
		return err
	}
	if _, err := verify(path); err != nil {
		return fmt.Errorf("%w right after it was written: the disk or the memory is faulty", err)
	}
	return nil
}

func (r *run) writeState(dir string, state train.State) error {
	if state.Updates > 0 {
		var tensors []checkpoint.Tensor
		for _, p := range r.params {
			tensors = append(tensors,
				checkpoint.Tensor{Name: firstPrefix + p.Name, Shape: p.Shape, Data: state.First[p.Name]},
				checkpoint.Tensor{Name: secondPrefix + p.Name, Shape: p.Shape, Data: state.Second[p.Name]})
		}
		if err := checkpoint.WriteFile(filepath.Join(dir, momentsFile), tensors, nil); err != nil {
			return err
		}
	}
	digests, err := digestFiles(dir)
	if err != nil {
		return err
	}
	data, err := durable.Sealed(trainerState{stateVersion, r.at, r.settings, r.origin, digests})
	if err != nil {
		return err
	}
	return durable.Bytes(filepath.Join(dir, stateFile), data)
}

func digestFiles(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for _, entry := range entries {
		if entry.Name() == stateFile {
			continue
		}
		if digests[entry.Name()], err = digestFile(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return digests, nil
}

func digestFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// verify reads a checkpoint's trainer state and compares every file with its
// digest. The error names the checkpoint and the file.
func verify(dir string) (s trainerState, err error) {
	data, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		return s, fmt.Errorf("checkpoint %s: %w", dir, err)
	}
	if err := durable.Unseal(data, &s); err != nil {
		return s, fmt.Errorf("checkpoint %s: %s: %w", dir, stateFile, err)
	}
	if s.Version != stateVersion {
		return s, fmt.Errorf("checkpoint %s: %s is of version %d, this program reads %d", dir, stateFile, s.Version, stateVersion)
	}
	if step, ok := stepOf(filepath.Base(dir)); !ok || step != s.Step {
		return s, fmt.Errorf("checkpoint %s: %s says step %d", dir, stateFile, s.Step)
	}
	for _, name := range []string{checkpoint.ConfigFile, checkpoint.WeightsFile} {
		if s.Files[name] == "" {
			return s, fmt.Errorf("checkpoint %s: %s does not name %s", dir, stateFile, name)
		}
	}
	for name, want := range s.Files {
		if !filepath.IsLocal(name) {
			return s, fmt.Errorf("checkpoint %s: %s names a file outside it, %q", dir, stateFile, name)
		}
		got, err := digestFile(filepath.Join(dir, name))
		if err != nil {
			return s, fmt.Errorf("checkpoint %s: %w", dir, err)
		}
		if got != want {
			return s, fmt.Errorf("checkpoint %s: %s is damaged, its SHA-256 is %.12s… and not %.12s…", dir, name, got, want)
		}
	}
	return s, nil
}

// saved are the checkpoints of a run up to a step, the latest first.
func saved(output string, last int) ([]string, error) {
	type found struct {
		step int
		path string
	}
	var all []found
	for _, folder := range []string{stayingDir, rollingDir} {
		entries, err := os.ReadDir(filepath.Join(output, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			if step, ok := stepOf(entry.Name()); ok && step <= last && entry.IsDir() {
				all = append(all, found{step, filepath.Join(output, folder, entry.Name())})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return b.step - a.step })
	paths := make([]string, len(all))
	for i, f := range all {
		paths[i] = f.path
	}
	return paths, nil
}

// restore puts the latest good checkpoint on the device and says where the run
// stands; ok is false where there is none. A damaged one is named and passed
// over.
func (r *run) restore() (ok bool, err error) {
	paths, err := saved(r.opt.Output, r.settings.TotalSteps)
	if err != nil {
		return false, err
	}
	for _, path := range paths {
		s, err := verify(path)
		if err != nil {
			r.report("%v; passed over", err)
			continue
		}
		if conflict := r.settings.conflict(s.Settings); conflict != "" {
			return false, fmt.Errorf("checkpoint %s: %s; choose another --output", path, conflict)
		}
		if conflict := r.origin.conflict(s.origin); conflict != "" {
			return false, fmt.Errorf("checkpoint %s: %s; choose another --output", path, conflict)
		}
		state, err := r.readState(path, s.Step)
		if err != nil {
			return false, err
		}
		if err := r.step.SetState(state); err != nil {
			return false, fmt.Errorf("checkpoint %s: %w", path, err)
		}
		r.at = s.Step
		r.report("goes on from %s of %s", filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)), filepath.Base(r.opt.Output))
		return true, nil
	}
	if len(paths) > 0 {
		r.report("%s: no checkpoint is whole, begins again at step 0", r.opt.Output)
	}
	return false, nil
}

func (r *run) readState(path string, step int) (train.State, error) {
	state := train.State{Updates: step}
	c, err := checkpoint.Open(path)
	if err != nil {
		return state, err
	}
	if state.Weights, err = c.Load(model.MaskedLM); err != nil || step == 0 {
		return state, err
	}
	f, err := checkpoint.OpenFile(filepath.Join(path, momentsFile))
	if err != nil {
		return state, err
	}
	defer f.Close()
	state.First, state.Second = model.Values{}, model.Values{}
	for _, p := range r.params {
		if state.First[p.Name], err = f.Float32s(firstPrefix + p.Name); err == nil {
			state.Second[p.Name], err = f.Float32s(secondPrefix + p.Name)
		}
		if err != nil {
			return state, err
		}
	}
	return state, nil
}
