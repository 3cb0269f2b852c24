package pretrain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// prepare makes everything that does not depend on where the run stands: it
// locks the folder, reads the model and tokenizes the texts.
func (r *run) prepare(ctx context.Context) (unlock func(), err error) {
	if err := r.settings.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.opt.Output, 0o777); err != nil {
		return nil, err
	}
	release, err := lock(filepath.Join(r.opt.Output, ".lock"))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	old, err := r.readRunFile()
	if err != nil {
		return nil, err
	}
	if old != nil {
		if conflict := r.settings.conflict(old.Settings); conflict != "" {
			return nil, fmt.Errorf("%s holds a run with other settings (%s): choose another --output", r.opt.Output, conflict)
		}
	}
	removeUnfinished(r.opt.Output)
	if err := r.model(); err != nil {
		return nil, err
	}
	if r.corpus, err = r.tokenized(ctx, "training", r.opt.Data); err != nil {
		return nil, err
	}
	if r.origin, err = r.comes(); err != nil {
		return nil, err
	}
	if old != nil {
		if conflict := r.origin.conflict(old.origin); conflict != "" {
			return nil, fmt.Errorf("%s: %s; choose another --output", r.opt.Output, conflict)
		}
	}
	if err := r.graphs(); err != nil {
		return nil, err
	}
	if err := r.validating(ctx); err != nil {
		return nil, err
	}
	return release, r.writeRunFile()
}

// lock holds a run's folder for one process.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: another process is training here", filepath.Dir(path))
	}
	return func() { f.Close() }, nil
}

// removeUnfinished removes what a process that died left half written.
func removeUnfinished(output string) {
	for _, folder := range []string{".", stayingDir, rollingDir} {
		left, _ := filepath.Glob(filepath.Join(output, folder, ".*.tmp")) // the pattern is well formed
		for _, path := range left {
			os.RemoveAll(path) // what stays is tried again next time
		}
	}
}

// graphs makes the source of batches and the training step.
func (r *run) graphs() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	s, devices := r.settings, max(1, r.opt.Devices)
	d := r.arch.Dimensions()
	rows, err := s.rows(r.corpus, r.tok)
	if err != nil {
		return err
	}
	r.source = &source{
		rows: rows, settings: s,
		masker:  newMasker(s, r.tok),
		planner: s.planner(devices),
		layout:  layout{pad: int32(max(0, d.PadID)), rate: s.MaskRate, multiple: devices},
	}
	split := make([]int, inputCount)
	for i := range split {
		split[i] = i
	}
	r.step, err = train.NewStep(b, r.params, loss(r.arch, r.modelOptions()), s.Optimizer(), devices, split...)
	return err
}

// rows returns the rows that batches are drawn from.
func (s Settings) rows(c *corpus.Corpus, tok text.Tokenizer) (corpus.Rows, error) {
	if s.Rows == "windows" {
		return corpus.NewWindows(c, tok, s.MaxLength)
	}
	return c, nil
}

// planner cuts batches into micro-batches whose rows the devices share.
func (s Settings) planner(devices int) train.Planner {
	lengths := []int(s.Lengths)
	if len(lengths) == 0 {
		lengths = train.Ladder(s.MaxLength)
	}
	shorter := make([]int, 0, len(lengths)+1)
	for _, n := range lengths {
		if n < s.MaxLength {
			shorter = append(shorter, n)
		}
	}
	return train.Planner{Lengths: append(shorter, s.MaxLength), Tokens: s.MicroTokens, Multiple: devices, Overhead: 256}
}

func (r *run) modelOptions() model.Options {
	return model.Options{Compute: r.settings.Compute, Checkpoint: r.settings.ActivationCheckpoints}
}

// validating prepares validation, and the floor that a model
// must get under.
func (r *run) validating(ctx context.Context) error {
	if len(r.opt.Valid) == 0 {
		return nil
	}
	c, err := r.tokenized(ctx, "validation", r.opt.Valid)
	if err != nil {
		return err
	}
	defer c.Close()
	b, err := backend.Open()
	if err != nil {
		return err
	}
	rows, err := r.settings.rows(c, r.tok)
	if err != nil {
		return err
	}
	if r.validation, err = newValidation(b, r.arch, r.params, r.modelOptions(), rows, r.settings.EvalDocuments, r.source); err != nil {
		return err
	}
	r.summary.Unigram, err = unigram(r.corpus, r.arch.Dimensions().Vocab, r.validation.batch.labels)
	return err
}
