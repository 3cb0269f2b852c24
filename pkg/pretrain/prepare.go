package pretrain

import (
	"context"
	"fmt"
	"os"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/run"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// prepare makes everything that does not depend on where the run stands: it
// locks the folder, reads the model and tokenizes the texts.
func (s *session) prepare(ctx context.Context) (unlock func(), err error) {
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.opt.Output, 0o777); err != nil {
		return nil, err
	}
	release, err := run.Lock(s.opt.Output)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	old, err := s.readDescription()
	if err != nil {
		return nil, err
	}
	if old != nil {
		if err := s.checkSettings(old.Settings); err != nil {
			return nil, fmt.Errorf("%s holds a run with other settings (%w): choose another --output", s.opt.Output, err)
		}
	}
	if err := s.model(); err != nil {
		return nil, err
	}
	if s.corpus, err = s.tokenized(ctx, "training", s.opt.Data); err != nil {
		return nil, err
	}
	if s.origin, err = s.findOrigin(); err != nil {
		return nil, err
	}
	if old != nil {
		if conflict := s.origin.Conflict(old.Origin); conflict != "" {
			return nil, fmt.Errorf("%s: %s; choose another --output", s.opt.Output, conflict)
		}
	}
	if err := s.graphs(); err != nil {
		return nil, err
	}
	if err := s.validating(ctx); err != nil {
		return nil, err
	}
	return release, s.describe()
}

// graphs makes the source of batches and the training step.
func (s *session) graphs() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	devices := max(1, s.opt.Devices)
	d := s.arch.Dimensions()
	rows, err := s.settings.rows(s.corpus, s.tok)
	if err != nil {
		return err
	}
	s.source = &source{
		rows: rows, settings: s.settings,
		masker:  newMasker(s.settings, s.tok),
		planner: s.settings.planner(devices),
		layout:  layout{pad: int32(max(0, d.PadID)), rate: s.settings.MaskRate, multiple: devices},
	}
	split := make([]int, inputCount)
	for i := range split {
		split[i] = i
	}
	s.step, err = train.NewStep(b, s.params, loss(s.arch, s.modelOptions()), s.settings.Optimizer(), devices, split...)
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

// modelOptions returns how the settings, which are valid, compute the model.
func (s *session) modelOptions() model.Options {
	opt, _ := model.ParseCompute(s.settings.Compute)
	opt.Checkpoint = s.settings.ActivationCheckpoints
	return opt
}

// validating prepares validation, and the floor that a model
// must get under.
func (s *session) validating(ctx context.Context) error {
	if len(s.opt.Valid) == 0 {
		return nil
	}
	c, err := s.tokenized(ctx, "validation", s.opt.Valid)
	if err != nil {
		return err
	}
	defer c.Close()
	b, err := backend.Open()
	if err != nil {
		return err
	}
	rows, err := s.settings.rows(c, s.tok)
	if err != nil {
		return err
	}
	if s.validation, err = newValidation(b, s.arch, s.params, s.modelOptions(), rows, s.settings.EvalDocuments, s.source); err != nil {
		return err
	}
	s.summary.Unigram, err = unigram(s.corpus, s.arch.Dimensions().Vocab, s.validation.batch.labels)
	return err
}
