package pretrain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/run"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// prepare does the work that does not depend on the run's last step: it locks
// the folder, reads the model and tokenizes the texts. An error of one
// rank is an error of all.
func (s *session) prepare(ctx context.Context) (unlock func(), err error) {
	group := s.opt.Ranks
	if err := group.Agree(s.settings.Validate()); err != nil {
		return nil, err
	}
	if err := s.sameLaunch(); err != nil {
		return nil, err
	}
	release, old, made, err := s.claim()
	defer func() {
		if err == nil {
			return
		}
		if made {
			run.Discard(s.opt.Output)
		}
		release()
	}()
	if err := group.Agree(err); err != nil {
		return nil, err
	}
	if err := group.Agree(s.model()); err != nil {
		return nil, err
	}
	if s.origin, err = s.modelOrigin(); err == nil {
		err = s.conflict(old) // before texts are tokenized for nothing
	}
	if err := group.Agree(err); err != nil {
		return nil, err
	}
	if err := s.inTurn(func() (err error) {
		if s.opt.Corpus != "" {
			s.corpus, err = s.opened(s.opt.Corpus)
		} else {
			s.corpus, err = s.tokenized(ctx, "training", s.opt.Data)
		}
		return err
	}); err != nil {
		return nil, err
	}
	s.origin.Corpus = s.corpus.Digest()
	if err := s.sameOrigin(); err != nil {
		return nil, err
	}
	if err := group.Agree(s.conflict(old)); err != nil {
		return nil, err
	}
	if err := group.Agree(s.graphs()); err != nil {
		return nil, err
	}
	if err := s.prepareValidation(ctx); err != nil {
		return nil, err
	}
	if s.writer() {
		err = s.describe()
	}
	return release, group.Agree(err)
}

// claim locks the folder for this run and reads what it holds: old is nil where
// it holds no run, made is true where it was not there. Ranks other than 0
// claim nothing. release is never nil.
func (s *session) claim() (release func(), old *run.Description, made bool, err error) {
	release = func() {}
	if !s.writer() {
		return release, nil, false, nil
	}
	dir := s.opt.Output
	if _, err := os.Stat(filepath.Join(dir, "config.json")); err == nil {
		return release, nil, false, fmt.Errorf("%s holds a model (config.json), not a run: choose another --output; --init starts from a model", dir)
	}
	_, err = os.Stat(dir)
	made = errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return release, nil, false, err
	}
	if release, err = run.Lock(dir); err != nil {
		return func() {}, nil, false, err
	}
	if old, err = s.readDescription(); err != nil || old == nil {
		return release, nil, made, err
	}
	if err := s.checkSettings(old.Settings); err != nil {
		return release, nil, false, fmt.Errorf("%s holds a run with other settings (%w): choose another --output", dir, err)
	}
	return release, old, false, nil
}

// conflict returns the error of a run that started from another text or model
// than old, nil where there is no old one.
func (s *session) conflict(old *run.Description) error {
	if old == nil {
		return nil
	}
	if conflict := s.origin.Conflict(old.Origin); conflict != "" {
		return fmt.Errorf("%s: %s; choose another --output", s.opt.Output, conflict)
	}
	return nil
}

// graphs makes the loader of batches and the training step.
func (s *session) graphs() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	devices, group := max(1, s.opt.Devices), s.opt.Ranks
	d := s.arch.Dimensions()
	rows, err := s.settings.rows(s.corpus, s.tok)
	if err != nil {
		return err
	}
	s.loader = &loader{
		rows: rows, settings: s.settings,
		masker:  newMasker(s.settings, s.tok),
		planner: s.settings.planner(devices, group.Size()),
		layout:  layout{pad: int32(max(0, d.PadID)), rate: s.settings.MaskRate, multiple: devices},
		rank:    group.Rank(), ranks: group.Size(),
	}
	split := make([]int, inputCount)
	for i := range split {
		split[i] = i
	}
	if s.step, err = train.NewStep(b, s.params, loss(s.arch, s.modelOptions()), s.settings.Optimizer(), devices, split...); err != nil {
		return err
	}
	return s.step.Join(group, s.settings.Wire == "bfloat16")
}

// rows returns the rows that batches are drawn from.
func (s Settings) rows(c *corpus.Corpus, tok text.Tokenizer) (corpus.Rows, error) {
	if s.Rows == "windows" {
		return corpus.NewWindows(c, tok, s.MaxLength)
	}
	return c, nil
}

// planner returns the planner that cuts batches into micro-batches whose rows
// the devices of all ranks share.
func (s Settings) planner(devices, ranks int) train.Planner {
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
	all := devices * ranks
	return train.Planner{Lengths: append(shorter, s.MaxLength), Tokens: s.MicroTokens * ranks, Multiple: all, Overhead: 256 * all}
}

// modelOptions returns how the settings, which are valid, compute the model.
func (s *session) modelOptions() model.Options {
	opt, _ := model.ParseCompute(s.settings.Compute)
	opt.Checkpoint = s.settings.ActivationCheckpoints
	return opt
}

// prepareValidation masks the validation text and computes the unigram baseline.
func (s *session) prepareValidation(ctx context.Context) error {
	if len(s.opt.Valid) == 0 {
		return nil
	}
	var c *corpus.Corpus
	if err := s.inTurn(func() (err error) {
		c, err = s.tokenized(ctx, "validation", s.opt.Valid)
		return err
	}); err != nil {
		return err
	}
	defer c.Close()
	if err := s.same("the digest of the validation text's tokens", c.Digest(), "every host needs the same --valid"); err != nil {
		return err
	}
	b, err := backend.Open()
	if err != nil {
		return err
	}
	rows, err := s.settings.rows(c, s.tok)
	if err != nil {
		return err
	}
	if s.validation, err = newValidation(b, s.arch, s.params, s.modelOptions(), rows, s.settings.EvalDocuments, s.loader); err != nil {
		return err
	}
	if s.validation.ranks = s.opt.Ranks; !s.writer() {
		return nil
	}
	s.summary.Unigram, err = unigram(s.corpus, s.arch.Dimensions().Vocab, s.validation.batch.labels)
	return err
}
