package finetune

import (
	"context"
	"errors"
	"fmt"
	"time"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/train"
)

// Run is a finished run.
type Run struct {
	Setting
	Score       float64            // by the task's metric
	Others      map[string]float64 // further metrics
	Scores      []float32          // the classifier's, [validation rows, outputs] row-major
	Predictions []float64          // one a validation row
	Log         []Update
	Seconds     float64 // of training, without scoring

	began time.Time
}

// Update is a line of the log.
type Update struct {
	Step     int     `json:"step"`      // from 1
	Epoch    int     `json:"epoch"`     // from 1
	Loss     float64 `json:"loss"`      // mean over the batch's rows
	LR       float64 `json:"lr"`        // that this update used
	GradNorm float64 `json:"grad_norm"` // global L2 norm; nothing is clipped
	Seconds  float64 `json:"seconds"`
}

// Updates returns the number of updates of a run of so many epochs.
func (t *Trainer) Updates(epochs int) int {
	return epochs * ((len(t.train.rows) + t.Config.BatchSize - 1) / t.Config.BatchSize)
}

// Run trains from the checkpoint and scores the validation rows after the last
// epoch. It calls progress, if not nil, with each update and the number of all
// updates.
func (t *Trainer) Run(ctx context.Context, s Setting, progress func(u Update, total int)) (*Run, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := t.reset(s.Seed); err != nil {
		return nil, err
	}
	run := &Run{Setting: s, began: time.Now()}
	schedule := train.Schedule{Peak: s.LR, Total: t.Updates(s.Epochs)}
	for epoch := range s.Epochs {
		for _, rows := range t.order(s.Seed, epoch) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			u, err := t.update(s, schedule, len(run.Log)+1, rows)
			if err != nil {
				return nil, err
			}
			u.Epoch = epoch + 1
			run.Log = append(run.Log, u)
			if progress != nil {
				progress(u, schedule.Total)
			}
		}
	}
	run.Seconds = time.Since(run.began).Seconds()
	return run, t.score(ctx, run)
}

// order returns the training rows of an epoch's batches, drawn as a new
// permutation for each epoch.
func (t *Trainer) order(seed uint64, epoch int) [][]int {
	order := corpus.NewOrder(len(t.train.rows), seed, uint64(epoch))
	var batches [][]int
	for from := 0; from < order.Len(); from += t.Config.BatchSize {
		rows := make([]int, min(t.Config.BatchSize, order.Len()-from))
		for i := range rows {
			rows[i] = order.At(from + i)
		}
		batches = append(batches, rows)
	}
	return batches
}

// update runs update k on these training rows.
func (t *Trainer) update(s Setting, schedule train.Schedule, k int, rows []int) (Update, error) {
	began, lr := time.Now(), schedule.At(k)
	outcome, err := t.step.Do(lr, t.batches(rows, s.Seed, k))
	if err != nil {
		return Update{}, err
	}
	if !outcome.Finite() {
		return Update{}, &Diverged{s, k, schedule.Total, false}
	}
	return Update{Step: k, Loss: outcome.Objective, LR: lr, GradNorm: outcome.GradNorm, Seconds: time.Since(began).Seconds()}, nil
}

// Diverged is a run whose loss, gradient or weights became infinite or NaN.
type Diverged struct {
	Setting
	Update, Total int
	Overflowed    bool // the update left weights that are not finite
}

func (d *Diverged) Error() string {
	if d.Overflowed {
		return fmt.Sprintf("%s: the weights are not finite after update %d of %d, the run diverged: use a lower learning rate", d.Setting, d.Update, d.Total)
	}
	return fmt.Sprintf("%s: the loss is not finite at update %d of %d, the run diverged: use a lower learning rate", d.Setting, d.Update, d.Total)
}

// score runs the classifier on the validation rows.
func (t *Trainer) score(ctx context.Context, run *Run) (err error) {
	if err := t.scorer.SetWeights(t.step.Weights()); err != nil {
		return err
	}
	if run.Scores, err = t.scorer.Classify(ctx, t.valid.rows); err != nil {
		if errors.As(err, new(*encoder.NotFinite)) {
			return &Diverged{run.Setting, len(run.Log), len(run.Log), true}
		}
		return err
	}
	run.Predictions = t.Config.Task.Predictions(run.Scores)
	run.Score, run.Others = t.Config.Task.Score(t.valid.labels, run.Predictions)
	return nil
}
