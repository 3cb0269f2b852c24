package pretrain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// run is one session of pretraining.
type run struct {
	opt      Options
	settings Settings
	tok      text.Tokenizer
	arch     model.Architecture
	params   []model.Param
	start    model.Values // the weights of step 0, until they are on the device
	corpus   *corpus.Corpus
	source   *source
	origin   origin

	step       *train.Step
	validation *validation      // nil: none
	encoder    *encoder.Encoder // of the weights in training, for retrieval

	at         int // the step that the weights are of
	log, evals *journal
	logged     int // the step of the last line in evals
	began      time.Time
	summary    Summary
	positions  int
	tokens     int
	waiting    float64
}

// Run pretrains, or goes on with the run in opt.Output. When ctx ends, the
// step in hand is ended and saved, and the error is a [Stopped].
func Run(ctx context.Context, opt Options) (Summary, error) {
	r := &run{opt: opt, settings: opt.Settings}
	unlock, err := r.prepare(ctx)
	if err != nil {
		return Summary{}, wayOut(err)
	}
	defer unlock()
	defer r.close()
	if err := r.begin(); err != nil {
		return Summary{}, wayOut(err)
	}
	err = wayOut(r.loop(ctx))
	r.summary.Step = r.at
	r.summary.Done = err == nil
	return r.summary, err
}

func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// wayOut adds to an error about a full disk what to do.
func wayOut(err error) error {
	if diskFull(err) {
		return fmt.Errorf("%w: make room and run the same command again, it goes on from what is there", err)
	}
	return err
}

func (r *run) report(format string, args ...any) {
	if r.opt.Report != nil {
		r.opt.Report(fmt.Sprintf(format, args...))
	}
}

// begin restores the latest checkpoint or starts at step 0, and puts the logs
// back to that step.
func (r *run) begin() error {
	ok, err := r.restore()
	if err != nil {
		return err
	}
	if !ok {
		if err := r.step.SetState(train.State{Weights: r.start}); err != nil {
			return err
		}
	}
	r.start = nil
	debug.FreeOSMemory() // the state's copies on the host
	if r.log, _, err = openJournal(filepath.Join(r.opt.Output, "log.jsonl"), r.at); err != nil {
		return err
	}
	r.evals, r.logged, err = openJournal(filepath.Join(r.opt.Output, "eval.jsonl"), r.at)
	return err
}

func (r *run) close() {
	if r.step != nil {
		r.step.Close()
	}
	if r.encoder != nil {
		r.encoder.Close()
	}
	if r.corpus != nil {
		r.corpus.Close()
	}
	for _, j := range []*journal{r.log, r.evals} {
		if j != nil {
			j.close()
		}
	}
}

// last is the step that the session ends after.
func (r *run) last() int {
	if r.opt.StartOnly {
		return 0
	}
	if r.opt.Steps > 0 {
		return min(r.opt.Steps, r.settings.TotalSteps)
	}
	return r.settings.TotalSteps
}

func (r *run) loop(ctx context.Context) error {
	feeding, stop := context.WithCancel(ctx)
	defer stop()
	batches := r.source.feed(feeding, r.at+1, r.last(), r.step.Prepare)
	defer func() { // the feed may be compiling: wait for it
		stop()
		for range batches {
		}
	}()
	for {
		if err := r.evaluate(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		stopping := ctx.Err() != nil
		if err := r.keep(stopping || r.at >= r.last()); err != nil {
			return err
		}
		if r.at >= r.last() {
			return nil
		}
		if stopping {
			return &Stopped{r.at, r.settings.TotalSteps, r.summary.Checkpoint}
		}
		if err := r.advance(batches); err != nil && !(errors.Is(err, errNoBatch) && ctx.Err() != nil) {
			return err
		}
	}
}

// errNoBatch is a feed that ended early, as it does when ctx ends.
var errNoBatch = errors.New("the batches ended early")

// advance makes one step with the next batch.
func (r *run) advance(batches <-chan drawn) error {
	began := time.Now()
	next, ok := <-batches
	if !ok {
		return errNoBatch
	}
	if next.err != nil {
		return fmt.Errorf("batch of step %d: %w", r.at+1, next.err)
	}
	b := next.batch
	waited := max(0, time.Since(began).Seconds()-b.compiling)
	if r.opt.DumpBatches != "" {
		if err := dump(r.opt.DumpBatches, b, r.source.layout.pad); err != nil {
			return err
		}
	}
	lr := r.settings.schedule().At(b.step)
	outcome, err := r.step.Do(lr, b.micro)
	if err != nil {
		return fmt.Errorf("step %d: %w", b.step, err)
	}
	if !outcome.Finite() {
		return r.nonFinite(b, outcome)
	}
	r.at = b.step
	line := Line{
		Step: b.step, Loss: outcome.Objective, LR: lr, GradNorm: outcome.GradNorm, Tokens: b.tokens(), MaskedTokens: b.masked(),
		Accuracy: outcome.Extra / float64(max(1, b.masked())), Padding: b.padding(), Seconds: time.Since(began).Seconds(),
	}
	if err := r.log.write(line); err != nil {
		return err
	}
	r.count(b, line, waited)
	return nil
}

// count keeps the session's sums and tells the progress.
func (r *run) count(b *batch, line Line, waited float64) {
	positions := 0
	for _, part := range b.parts {
		positions += part.Positions()
	}
	r.positions += positions
	r.waiting += waited
	s := &r.summary
	s.Steps++
	s.Seconds += line.Seconds
	s.Tokens += line.Tokens
	s.Waiting = r.waiting / s.Seconds
	s.Padding = 1 - float64(s.Tokens)/float64(r.positions)
	if r.opt.Progress != nil {
		p := Progress{Line: line, TotalSteps: r.last(), Positions: positions, Waiting: s.Waiting}
		if s.Steps == 1 { // it compiled the graphs: the next ones tell how long a step takes
			r.began = time.Now()
		} else {
			p.Left = time.Since(r.began) / time.Duration(s.Steps-1) * time.Duration(r.last()-r.at)
		}
		r.opt.Progress(p)
	}
}

// evaluate looks at the validation text if that is due and not yet done.
func (r *run) evaluate(ctx context.Context) error {
	every := func(n int) bool { return n > 0 && (r.at%n == 0 || r.at == r.settings.TotalSteps) }
	retrieve := r.opt.Retrieve != nil && every(r.settings.RetrievalEvery)
	if r.validation == nil || r.logged >= r.at || !every(r.settings.EvalEvery) && !retrieve {
		return nil
	}
	weights := r.step.Weights()
	e := result.Evaluation{Step: r.at}
	var err error
	if e.Loss, e.Accuracy, err = r.validation.score(ctx, weights); err != nil {
		return err
	}
	if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) {
		return r.broken("a validation loss")
	}
	if retrieve {
		recall, mrr, err := r.retrieve(ctx, weights)
		if err != nil {
			return fmt.Errorf("retrieval: %w", err)
		}
		e.Recall10, e.MRR10 = &recall, &mrr
	}
	if err := r.evals.write(e); err != nil {
		return err
	}
	r.logged, r.summary.Evaluation = r.at, &e
	if r.opt.Evaluated != nil {
		r.opt.Evaluated(e)
	}
	return nil
}

// retrieve scores retrieval with the weights in training.
func (r *run) retrieve(ctx context.Context, weights []*tensors.Tensor) (recall, mrr float64, err error) {
	if r.encoder == nil {
		b, err := backend.Open()
		if err != nil {
			return 0, 0, err
		}
		if r.encoder, err = encoder.New(b, r.arch, model.MaskedLM, weights, r.tok); err != nil {
			return 0, 0, err
		}
		r.encoder.Options.Compute = r.settings.Compute
	}
	if err := r.encoder.SetWeights(weights); err != nil {
		return 0, 0, err
	}
	return r.opt.Retrieve(ctx, r.encoder)
}

// keep saves a checkpoint if one is due.
func (r *run) keep(ending bool) error {
	s := r.settings
	staying := ending || s.CheckpointEvery > 0 && r.at > 0 && r.at%s.CheckpointEvery == 0 || slices.Contains(s.CheckpointSteps, r.at)
	rolling := !staying && s.RollingEvery > 0 && r.at > 0 && r.at%s.RollingEvery == 0
	if !staying && !rolling {
		return nil
	}
	folder := stayingDir
	if rolling {
		folder = rollingDir
	}
	path := filepath.Join(r.opt.Output, folder, stepName(r.at))
	if _, err := verify(path); err != nil {
		if err := r.save(folder); err != nil {
			return err
		}
	}
	r.summary.Checkpoint = path
	return r.dropRolling()
}

// dropRolling removes the rolling checkpoints that a later one replaces.
func (r *run) dropRolling() error {
	entries, err := os.ReadDir(filepath.Join(r.opt.Output, rollingDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(r.opt.Output, rollingDir, entry.Name())
		if _, ok := stepOf(entry.Name()); !ok || path == r.summary.Checkpoint {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}
