package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/durable"
)

// State is trainer_state.json: where a run stands, and the digest of every
// other file of the checkpoint.
type State struct {
	Version  int             `json:"version"`
	Step     int             `json:"step"`
	Settings json.RawMessage `json:"settings"`
	Origin
	Files map[string]string `json:"files"` // SHA-256 by name
}

// stateVersion is the version of State that this program writes and reads.
const stateVersion = 1

// trainerFiles is the prefix of the names of files that a resume needs and a
// model does not.
const trainerFiles = "trainer_state."

// Seal makes the directory a checkpoint of the run: it writes trainer_state.json
// with the digests of the files that are there. It sets Version and Files.
func (s State) Seal(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	s.Version, s.Files = stateVersion, map[string]string{}
	for _, entry := range entries {
		if entry.Name() == StateFile {
			continue
		}
		if s.Files[entry.Name()], err = durable.SHA256(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return durable.Seal(filepath.Join(dir, StateFile), s)
}

// Verify compares every file of a checkpoint with its digest. The error names
// the checkpoint and the file. It wraps [durable.ErrDamaged] only where a
// file is missing or its bytes have changed: a file that cannot be read, or
// that a newer program wrote, is not damaged.
func Verify(dir string) (State, error) { return verify(dir, "") }

// VerifyModel does what [Verify] does for a checkpoint's model, without the
// trainer's files. It accepts a checkpoint whose trainer_state.json is gone,
// which a user may have removed with the rest of the trainer's state.
func VerifyModel(dir string) error {
	if !exists(dir, StateFile) {
		return nil
	}
	_, err := verify(dir, trainerFiles)
	return err
}

// verify does what Verify does, but skips files whose names begin with a prefix,
// if it is not "".
func verify(dir, without string) (s State, err error) {
	defer func() {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w, a file is missing: %w", durable.ErrDamaged, err)
		}
		if err != nil {
			err = fmt.Errorf("checkpoint %s: %w", dir, err)
		}
	}()
	data, err := os.ReadFile(filepath.Join(dir, StateFile))
	if err != nil {
		return s, err
	}
	if err := durable.Unseal(data, &s); err != nil {
		return s, fmt.Errorf("%s: %w", StateFile, err)
	}
	if s.Version != stateVersion {
		return s, fmt.Errorf("%s is of version %d, this program reads %d: go on with the program that wrote it", StateFile, s.Version, stateVersion)
	}
	if step, ok := StepOf(filepath.Base(dir)); !ok || step != s.Step {
		return s, fmt.Errorf("%s says step %d: give the folder its name again, %s", StateFile, s.Step, StepName(s.Step))
	}
	for name, want := range s.Files {
		if without != "" && strings.HasPrefix(name, without) {
			continue
		}
		if !filepath.IsLocal(name) {
			return s, fmt.Errorf("%s names a file outside of the checkpoint, %q", StateFile, name)
		}
		got, err := durable.SHA256(filepath.Join(dir, name))
		if err != nil {
			return s, err
		}
		if got != want {
			return s, fmt.Errorf("%s is %w: its SHA-256 is %.12s… and not %.12s…", name, durable.ErrDamaged, got, want)
		}
	}
	return s, nil
}
