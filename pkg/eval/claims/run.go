package claims

import (
	"errors"
	"fmt"
	"io/fs"
	"math"

	"llmjp.internal/modernbert/pkg/result"
)

// Run holds the results of one training run; a result that was not made is nil.
type Run struct {
	Dir        string
	Curve      *result.TrainingCurve
	Points     *result.AlignmentUniformity
	Pairs      *result.Similarity
	Retrieval  *result.Retrieval
	Perplexity *result.PseudoPerplexity
	Gaps       *result.FillMask
	JGLUE      *result.JGLUE
}

// Open reads the results of a run from its folder (figures/data, or
// runs/NAME/figures/data). The training curve has to be there.
func Open(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	var err error
	if r.Curve, err = result.Load[result.TrainingCurve](dir); err != nil {
		return nil, fmt.Errorf("%s: claims need the training curve of each run: %w", dir, err)
	}
	return r, errors.Join(
		optional(dir, &r.Points), optional(dir, &r.Pairs), optional(dir, &r.Retrieval),
		optional(dir, &r.Perplexity), optional(dir, &r.Gaps), optional(dir, &r.JGLUE))
}

// optional reads a result that may be missing.
func optional[T any, P result.Pointer[T]](dir string, into *P) error {
	r, err := result.Load[T, P](dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	*into = r
	return err
}

// steps returns the length of a stage's schedule, 0 for a stage that was not run.
func (r *Run) steps(stage int) int {
	for _, s := range r.Curve.Stages {
		if s.Stage == stage {
			return s.TotalSteps
		}
	}
	return 0
}

// at finds the checkpoint of stage 1 that stands at a share of its steps, among
// the labelled values of a result. A checkpoint more than a tenth away from the
// wanted step is none.
func at[T any](r *Run, list []T, checkpoint func(T) result.Checkpoint, share float64) (found T, ok bool) {
	wanted, nearest := share*float64(r.steps(1)), math.Inf(1)
	for _, x := range list {
		c := checkpoint(x)
		if c.Stage != 1 {
			continue
		}
		if d := math.Abs(float64(c.Step) - wanted); d < nearest {
			found, nearest = x, d
		}
	}
	return found, nearest <= max(0.5, 0.1*wanted)
}

// last returns the last checkpoint of a stage.
func last[T any](list []T, checkpoint func(T) result.Checkpoint, stage int) (found T, ok bool) {
	step := -1
	for _, x := range list {
		if c := checkpoint(x); c.Stage == stage && c.Step > step {
			found, step = x, c.Step
		}
	}
	return found, step >= 0
}
