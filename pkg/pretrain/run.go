package pretrain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// A session pretrains from the last checkpoint, or the start, to an end.
type session struct {
	opt      Options
	settings Settings
	tok      text.Tokenizer
	arch     model.Architecture
	params   []model.Param
	start    model.Values // the weights of step 0; nil once they are on the device
	corpus   *corpus.Corpus
	loader   *loader
	origin   run.Origin

	step       *train.Step
	validation *validation      // nil: none
	encoder    *encoder.Encoder // computes with the weights in training, for retrieval

	at         int // the last step, whose update the weights have
	log, evals *durable.Lines
	logged     int // the step of the last line in evals
	began      time.Time
	summary    Summary
	positions  int
	tokens     int
	waiting    float64
}

// Run pretrains, or resumes the run in opt.Output. When ctx ends, on any rank,
// Run finishes the step that it is computing, saves a checkpoint and returns a
// [Stopped] on all ranks. Another error may be one of this rank alone: the
// caller then has to end the others ([ranks.Group.Abort]), unless it is
// [ranks.ErrElsewhere].
func Run(ctx context.Context, opt Options) (Summary, error) {
	s := &session{opt: opt, settings: opt.Settings}
	if !s.writer() {
		s.opt.silence()
	}
	unlock, err := s.prepare(ctx)
	if err != nil {
		s.close()
		return Summary{}, wayOut(err)
	}
	defer unlock()
	defer s.close()
	if err := s.begin(); err != nil {
		return Summary{}, wayOut(err)
	}
	err = wayOut(s.loop(ctx))
	s.summary.Step = s.at
	s.summary.Done = err == nil
	return s.summary, err
}

// diskFull tells whether an error means that the disk or the quota is full.
func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// wayOut adds to the error of a full disk what to do.
func wayOut(err error) error {
	if diskFull(err) {
		return fmt.Errorf("%w: make room and run the same command again, it goes on from what is there", err)
	}
	return err
}

func (s *session) report(format string, args ...any) {
	if s.opt.Report != nil {
		s.opt.Report(fmt.Sprintf(format, args...))
	}
}

// begin restores the last checkpoint or starts at step 0, and cuts the logs back
// to that step.
func (s *session) begin() error {
	state := train.State{Weights: s.start}
	var err error
	if s.writer() {
		state, err = s.resume(state)
	}
	if err := s.opt.Ranks.Agree(err); err != nil {
		return err
	}
	if err := s.broadcast(&state); err != nil {
		return err
	}
	err = s.step.SetState(state)
	s.start = nil
	debug.FreeOSMemory() // the state's copies on the host
	s.watch()
	return s.opt.Ranks.Agree(err)
}

// resume returns the state of the last good checkpoint, or start where the run
// has none, and opens the logs at its step.
func (s *session) resume(start train.State) (state train.State, err error) {
	if state, err = s.restore(start); err != nil {
		return state, err
	}
	s.at = state.Updates
	var logged int
	if s.log, logged, err = run.OpenLog(s.opt.Output, run.LogFile, s.at); err != nil {
		return state, err
	}
	if logged = max(0, logged); logged < s.at {
		s.report("%s ends at step %d and not %d: it has lost lines", filepath.Join(s.opt.Output, run.LogFile), logged, s.at)
	}
	s.evals, s.logged, err = run.OpenLog(s.opt.Output, run.EvalFile, s.at)
	return state, err
}

func (s *session) close() {
	if s.step != nil {
		s.step.Close()
	}
	if s.encoder != nil {
		s.encoder.Close()
	}
	if s.corpus != nil {
		s.corpus.Close()
	}
	for _, j := range []*durable.Lines{s.log, s.evals} {
		if j != nil {
			j.Close()
		}
	}
}

// last returns the step after which the session ends.
func (s *session) last() int {
	if s.opt.StartOnly {
		return 0
	}
	if s.opt.Steps > 0 {
		return min(s.opt.Steps, s.settings.TotalSteps)
	}
	return s.settings.TotalSteps
}

// loop validates, saves and steps until the last step or the end of ctx.
func (s *session) loop(ctx context.Context) error {
	loading, stop := context.WithCancel(ctx)
	if s.opt.Ranks.Size() > 1 { // until all ranks have agreed to stop, each needs its batches
		loading, stop = context.WithCancel(context.WithoutCancel(ctx))
	}
	defer stop()
	batches := s.loader.prefetch(loading, s.at+1, s.last(), s.step.Prepare)
	defer func() { // the loader may be compiling: wait for it
		stop()
		for range batches {
		}
	}()
	for {
		if err := s.evaluate(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
			return err
		}
		stopping, err := s.opt.Ranks.Any(ctx.Err() != nil)
		if err != nil {
			return err
		}
		if err := s.saveIfDue(stopping || s.at >= s.last()); err != nil {
			return err
		}
		if s.at >= s.last() {
			return nil
		}
		if stopping {
			return &Stopped{s.at, s.settings.TotalSteps, s.summary.Checkpoint}
		}
		if err := s.advance(batches); err != nil && !(errors.Is(err, errNoBatch) && ctx.Err() != nil) {
			return err
		}
	}
}

// errNoBatch is the error of a loader that ended early, as it does when ctx ends.
var errNoBatch = errors.New("the batches ended early")

// advance makes one step with the next batch.
func (s *session) advance(batches <-chan loaded) error {
	began := time.Now()
	next, ok := <-batches
	if !ok {
		return errNoBatch
	}
	if next.err != nil {
		return fmt.Errorf("batch of step %d: %w", s.at+1, next.err)
	}
	b := next.batch
	waited := max(0, time.Since(began).Seconds()-b.compiling)
	if s.opt.DumpBatches != "" {
		if err := dump(s.opt.DumpBatches, b, s.loader.layout.pad); err != nil {
			return err
		}
	}
	lr := s.settings.schedule().At(b.step)
	outcome, err := s.step.Do(lr, b.micro)
	if err != nil {
		return fmt.Errorf("step %d: %w", b.step, err)
	}
	if !outcome.Finite() {
		return s.nonFinite(b, outcome)
	}
	s.at = b.step
	line := run.Line{
		Step: b.step, Loss: outcome.Objective, LR: lr, GradNorm: outcome.GradNorm, Tokens: b.tokens(), MaskedTokens: b.masked(),
		Accuracy: outcome.Extra / float64(max(1, b.masked())), Padding: b.padding(), Seconds: time.Since(began).Seconds(),
	}
	if s.writer() {
		if err := s.log.Append(line); err != nil {
			return err
		}
	}
	s.count(b, line, waited)
	return nil
}

// count adds a step to the session's sums and calls opt.Progress.
func (s *session) count(b *batch, line run.Line, waited float64) {
	positions := 0
	for _, part := range b.parts {
		positions += part.Positions()
	}
	s.positions += positions
	s.waiting += waited
	sum := &s.summary
	sum.Steps++
	sum.Seconds += line.Seconds
	sum.Tokens += line.Tokens
	sum.Waiting = s.waiting / sum.Seconds
	sum.Padding = 1 - float64(sum.Tokens)/float64(s.positions)
	if s.opt.Progress != nil {
		p := Progress{Line: line, TotalSteps: s.last(), Positions: positions, Waiting: sum.Waiting}
		if sum.Steps == 1 { // it compiled the graphs: the next ones tell how long a step takes
			s.began = time.Now()
		} else {
			p.Left = time.Since(s.began) / time.Duration(sum.Steps-1) * time.Duration(s.last()-s.at)
		}
		s.opt.Progress(p)
	}
}

// evaluate computes the validation of this step if it is due and not yet done.
func (s *session) evaluate(ctx context.Context) error {
	every := func(n int) bool { return n > 0 && (s.at%n == 0 || s.at == s.settings.TotalSteps) }
	retrieve := s.opt.Retrieve != nil && every(s.settings.RetrievalEvery)
	if s.validation == nil || s.logged >= s.at || !every(s.settings.EvalEvery) && !retrieve {
		return nil
	}
	weights := s.step.Weights()
	e := result.Evaluation{Step: s.at}
	var err error
	if e.Loss, e.Accuracy, err = s.validation.score(ctx, weights); err != nil {
		return err
	}
	if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) {
		return s.broken("a validation loss")
	}
	if retrieve && s.writer() {
		recall, mrr, err := s.retrieve(ctx, weights)
		if err != nil {
			return fmt.Errorf("retrieval: %w", err)
		}
		e.Recall10, e.MRR10 = &recall, &mrr
	}
	if s.writer() {
		if err := s.evals.Append(e); err != nil {
			return err
		}
	}
	s.logged, s.summary.Evaluation = s.at, &e
	if s.opt.Evaluated != nil {
		s.opt.Evaluated(e)
	}
	return nil
}

// retrieve evaluates retrieval with the weights in training.
func (s *session) retrieve(ctx context.Context, weights []*tensors.Tensor) (recall, mrr float64, err error) {
	if s.encoder == nil {
		b, err := backend.Open()
		if err != nil {
			return 0, 0, err
		}
		if s.encoder, err = encoder.New(b, s.arch, model.MaskedLM, weights, s.tok); err != nil {
			return 0, 0, err
		}
		s.encoder.Options.Compute = s.settings.Compute
	}
	if err := s.encoder.SetWeights(weights); err != nil {
		return 0, 0, err
	}
	return s.opt.Retrieve(ctx, s.encoder)
}

// due returns the folder for a checkpoint of this step, "" if none is due.
func (s *session) due(ending bool) string {
	at := func(every int) bool { return every > 0 && s.at > 0 && s.at%every == 0 }
	switch {
	case ending || at(s.settings.CheckpointEvery) || slices.Contains(s.settings.CheckpointSteps, s.at):
		return run.Staying
	case at(s.settings.RollingEvery):
		return run.Rolling
	}
	return ""
}
