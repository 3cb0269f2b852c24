package result

import (
	"errors"
	"fmt"
	"slices"
)

// JGLUE is Table 2: fine-tuning on Japanese tasks. It keeps every run of the
// sweep; the table's numbers are computed from them.
type JGLUE struct {
	Provenance Provenance    `json:"provenance"`
	Models     []JGLUEModel  `json:"models"`
	Runs       []FineTuneRun `json:"runs"`
	// Selections hold, for each model and task, the gain of choosing the best
	// run.
	Selections []Selection `json:"selections,omitempty"`
	// Misjudged are rows on which the best run of a model and task is most
	// wrong, the worst first.
	Misjudged []Misjudgement `json:"misjudged,omitempty"`
}

// A Selection is the gain of choosing the best of some runs on the validation
// rows. The rows are halved at random; Chosen is the mean score of the run
// that is best on one half, there, and HeldOut that of the same run on the
// other half.
type Selection struct {
	Model   string  `json:"model"`
	Task    string  `json:"task"`
	Runs    int     `json:"runs"`
	Splits  int     `json:"splits"`
	Chosen  float64 `json:"chosen"`
	HeldOut float64 `json:"held_out"`
}

// Optimism returns by how much the score of the best run exceeds that of the same
// run on other rows. Half of the rows are noisier than all of them, so it is an
// upper bound for the table's scores.
func (s Selection) Optimism() float64 { return s.Chosen - s.HeldOut }

// Selection returns a model's selection on a task; ok is false where none was
// measured.
func (j *JGLUE) Selection(model, task string) (s Selection, ok bool) {
	i := slices.IndexFunc(j.Selections, func(s Selection) bool { return s.Model == model && s.Task == task })
	if i < 0 {
		return s, false
	}
	return j.Selections[i], true
}

// A Misjudgement is a validation row with a run's wrong answer.
type Misjudgement struct {
	Model      string `json:"model"`
	Task       string `json:"task"`
	Sentence1  string `json:"sentence1"`
	Sentence2  string `json:"sentence2,omitempty"`
	Label      string `json:"label"`
	Prediction string `json:"prediction"`
	// Error is the distance from the label (JSTS), or the probability of the
	// wrong class.
	Error float64 `json:"error"`
}

// A JGLUEModel is a row of the table.
type JGLUEModel struct {
	Checkpoint
	Parameters int    `json:"parameters,omitempty"`
	Weights    string `json:"weights,omitempty"` // SHA-256
}

// A FineTuneRun is one independent run of the sweep.
type FineTuneRun struct {
	Model  string  `json:"model"` // a JGLUEModel's Label
	Task   string  `json:"task"`  // "JSTS", "JNLI", "JCoLA"
	LR     float64 `json:"lr"`
	Epochs int     `json:"epochs"`
	Seed   uint64  `json:"seed"`
	// Metric names Score: "pearson", "accuracy".
	Metric string  `json:"metric"`
	Score  float64 `json:"score"`
	// Others are further metrics of the same predictions, such as "spearman".
	Others map[string]float64 `json:"others,omitempty"`
	// Note says why the score cannot be compared with the paper's, such as a
	// substitute for the training labels.
	Note string `json:"note,omitempty"`
}

// Tasks lists Table 2's columns.
var Tasks = []string{"JSTS", "JNLI", "JCoLA"}

// Kind returns "jglue".
func (*JGLUE) Kind() string { return "jglue" }

// Validate refuses runs of unknown models, repeated runs and impossible
// scores.
func (j *JGLUE) Validate() error {
	if len(j.Models) == 0 || len(j.Runs) == 0 {
		return errors.New("models or runs is empty")
	}
	known := map[string]bool{}
	for _, m := range j.Models {
		known[m.Label()] = true
	}
	type key struct {
		model, task string
		lr          float64
		epochs      int
		seed        uint64
	}
	seen := map[key]bool{}
	for i, r := range j.Runs {
		name := fmt.Sprintf("runs[%d]", i)
		k := key{r.Model, r.Task, r.LR, r.Epochs, r.Seed}
		switch {
		case !known[r.Model]:
			return fmt.Errorf("%s.model is %q, which is not among the models", name, r.Model)
		case !slices.Contains(Tasks, r.Task):
			return fmt.Errorf("%s.task is %q, want one of %v", name, r.Task, Tasks)
		case seen[k]:
			return fmt.Errorf("%s repeats %s %s lr=%g epochs=%d seed=%d", name, r.Model, r.Task, r.LR, r.Epochs, r.Seed)
		}
		seen[k] = true
		if err := number(name+".score", r.Score, -1, 1); err != nil {
			return err
		}
	}
	for i, s := range j.Selections {
		name := fmt.Sprintf("selections[%d]", i)
		if !known[s.Model] || !slices.Contains(Tasks, s.Task) {
			return fmt.Errorf("%s is of %q on %q, which are not among models and tasks", name, s.Model, s.Task)
		}
		if err := first(number(name+".chosen", s.Chosen, -1, 1), number(name+".held_out", s.HeldOut, -1, 1)); err != nil {
			return err
		}
	}
	for i, m := range j.Misjudged {
		name := fmt.Sprintf("misjudged[%d]", i)
		if !known[m.Model] || !slices.Contains(Tasks, m.Task) {
			return fmt.Errorf("%s is of %q on %q, which are not among models and tasks", name, m.Model, m.Task)
		}
		if err := finite(name+".error", m.Error); err != nil {
			return err
		}
	}
	return nil
}

// Last returns the label of the last model that has runs: the last checkpoint, or
// the last baseline where there is none.
func (j *JGLUE) Last() string {
	last := ""
	for _, m := range j.Models {
		if slices.ContainsFunc(j.Runs, func(r FineTuneRun) bool { return r.Model == m.Label() }) {
			last = m.Label()
		}
	}
	return last
}

// Worst returns the n rows on which the best run of a model on a task is most
// wrong, the worst first.
func (j *JGLUE) Worst(model, task string, n int) (worst []Misjudgement) {
	for _, m := range j.Misjudged {
		if m.Model == model && m.Task == task && len(worst) < n {
			worst = append(worst, m)
		}
	}
	return worst
}
