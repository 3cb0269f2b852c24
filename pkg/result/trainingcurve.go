package result

import (
	"errors"
	"fmt"
)

// A TrainingCurve is Figure 1: validation loss and accuracy of masked language
// modelling, and zero-shot retrieval, over the steps of each stage.
type TrainingCurve struct {
	Provenance Provenance `json:"provenance"`
	Stages     []Stage    `json:"stages"`
}

// A Unigram is the score of the training text's token frequencies on the
// validation text.
type Unigram struct {
	Loss     float64 `json:"loss"` // nats a token
	Accuracy float64 `json:"accuracy"`
}

// A Stage is one stage of pretraining.
type Stage struct {
	Stage      int     `json:"stage"`       // 1 or 2
	TotalSteps int     `json:"total_steps"` // the length of the schedule
	MaxLength  int     `json:"max_length"`  // tokens a document
	Seconds    float64 `json:"seconds,omitempty"`
	// Unigram is the floor: the score of a model that knows only how frequent
	// each token is in the training text. Stages that cut the validation text
	// at different lengths have different floors.
	Unigram *Unigram `json:"unigram,omitempty"`
	// Evaluations are in the order of steps.
	Evaluations []Evaluation `json:"evaluations"`
	// Training is the training loss of some steps, in their order.
	Training []TrainingLoss `json:"training,omitempty"`
}

// An Evaluation is one validation.
type Evaluation struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`     // mean cross-entropy of the masked tokens, nats
	Accuracy float64 `json:"accuracy"` // share of masked tokens whose argmax is right
	// Recall10 and MRR10 are nil at steps without a retrieval evaluation.
	Recall10 *float64 `json:"recall@10,omitempty"`
	MRR10    *float64 `json:"mrr@10,omitempty"`
}

// A TrainingLoss is the loss of one training step.
type TrainingLoss struct {
	Step int     `json:"step"`
	Loss float64 `json:"loss"`
}

// Kind returns "training-curve".
func (*TrainingCurve) Kind() string { return "training-curve" }

// Validate refuses a curve without points, steps out of order, losses that are
// not positive numbers, and shares outside [0, 1].
func (c *TrainingCurve) Validate() error {
	if len(c.Stages) == 0 {
		return errors.New("stages is empty")
	}
	for i, s := range c.Stages {
		if err := s.validate(); err != nil {
			return fmt.Errorf("stages[%d]: %w", i, err)
		}
		if i > 0 && s.Stage <= c.Stages[i-1].Stage {
			return fmt.Errorf("stages[%d]: stage %d follows stage %d", i, s.Stage, c.Stages[i-1].Stage)
		}
	}
	return nil
}

func (s Stage) validate() error {
	if len(s.Evaluations) == 0 {
		return errors.New("evaluations is empty")
	}
	if u := s.Unigram; u != nil {
		if err := first(positive("unigram.loss", u.Loss), share("unigram.accuracy", u.Accuracy)); err != nil {
			return err
		}
	}
	last := -1
	for i, e := range s.Evaluations {
		name := fmt.Sprintf("evaluations[%d]", i)
		if e.Step <= last {
			return fmt.Errorf("%s: step %d follows step %d", name, e.Step, last)
		}
		last = e.Step
		err := first(positive(name+".loss", e.Loss), share(name+".accuracy", e.Accuracy))
		if err == nil && e.Recall10 != nil {
			err = share(name+".recall@10", *e.Recall10)
		}
		if err == nil && e.MRR10 != nil {
			err = share(name+".mrr@10", *e.MRR10)
		}
		if err != nil {
			return err
		}
	}
	for i, t := range s.Training {
		if i > 0 && t.Step <= s.Training[i-1].Step {
			return fmt.Errorf("training[%d]: step %d follows step %d", i, t.Step, s.Training[i-1].Step)
		}
		if err := finite(fmt.Sprintf("training[%d].loss", i), t.Loss); err != nil {
			return err
		}
	}
	return nil
}

// First returns the first evaluation of the stage.
func (s Stage) First() Evaluation { return s.Evaluations[0] }

// Last returns the last evaluation of the stage.
func (s Stage) Last() Evaluation { return s.Evaluations[len(s.Evaluations)-1] }

// BestRetrieval returns the evaluation with the greatest Recall@10 over all
// stages, the earliest of equals; ok is false where none has one.
func (c *TrainingCurve) BestRetrieval() (stage Stage, best Evaluation, ok bool) {
	for _, s := range c.Stages {
		for _, e := range s.Evaluations {
			if e.Recall10 != nil && (!ok || *e.Recall10 > *best.Recall10) {
				stage, best, ok = s, e, true
			}
		}
	}
	return stage, best, ok
}
