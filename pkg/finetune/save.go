package finetune

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/provenance"
	"llmjp.internal/modernbert/pkg/result"
)

// The files of a run's folder.
const (
	ResultFile      = "result.json"
	LogFile         = "log.jsonl"
	PredictionsFile = "predictions.jsonl"
	ModelFolder     = "model"
)

// Report is a run's result.json.
type Report struct {
	Task   string             `json:"task"`
	Metric string             `json:"metric"`
	Score  float64            `json:"score"`
	Others map[string]float64 `json:"others,omitempty"`
	Setting
	BatchSize int      `json:"batch_size"`
	MaxLength int      `json:"max_length"`
	TrainRows int      `json:"train_rows"`
	ValidRows int      `json:"valid_rows"`
	CutRows   int      `json:"cut_rows,omitempty"` // longer than max_length
	Updates   int      `json:"updates"`
	Fresh     []string `json:"fresh"` // weights that the model did not bring
	Note      string   `json:"note,omitempty"`

	Seconds    float64           `json:"seconds"` // of training
	Provenance result.Provenance `json:"provenance"`
}

// Report describes a run.
func (t *Trainer) Report(run *Run) (Report, error) {
	training, validation := t.Rows()
	provenance, err := t.Config.Provenance(run.Seed, run.began)
	return Report{
		Task: t.Config.Task.Key(), Metric: t.Config.Task.Metric, Score: run.Score, Others: run.Others, Setting: run.Setting,
		BatchSize: t.Config.BatchSize, MaxLength: t.Config.MaxLength, TrainRows: training, ValidRows: validation, CutRows: t.Cut(),
		Updates: len(run.Log), Fresh: t.Fresh, Note: t.Note(), Seconds: run.Seconds, Provenance: provenance,
	}, err
}

// Backend returns the kind of backend: "xla:cuda", "xla:cpu" or "go".
func (t *Trainer) Backend() string { return backend.Kind(t.backend) }

// Note says why scores cannot be compared with the paper's, "" if they can.
func (t *Trainer) Note() string {
	training, validation := t.Rows()
	return t.Config.Task.Note(t.Config.Train, training, validation)
}

// Provenance says where the model and the rows of a run come from.
func (c Config) Provenance(seed uint64, began time.Time) (result.Provenance, error) {
	return provenance.Of(context.Background(), []string{c.Name}, seed, began, append(slices.Clone(c.Train), c.Valid...)...)
}

// Save writes result.json, log.jsonl, predictions.jsonl and model/ of the last
// run into a folder, all of them or nothing. A folder that is not empty is an
// error unless replace is true.
func (t *Trainer) Save(dir string, run *Run, replace bool) error {
	report, err := t.Report(run)
	if err != nil {
		return err
	}
	state, err := t.step.State()
	if err != nil {
		return err
	}
	for _, values := range state.Weights {
		for _, x := range values {
			if x-x != 0 { // NaN for both
				return &Diverged{run.Setting, len(run.Log), len(run.Log), true}
			}
		}
	}
	return durable.Dir(dir, replace, func(temporary string) error {
		err := checkpoint.Save(filepath.Join(temporary, ModelFolder), t.Arch, model.SequenceClassification, state.Weights,
			checkpoint.Extra{Files: t.tok.Files()})
		if err != nil {
			return err
		}
		if err := writeLines(filepath.Join(temporary, LogFile), run.Log); err != nil {
			return err
		}
		if err := writeLines(filepath.Join(temporary, PredictionsFile), t.predictions(run)); err != nil {
			return err
		}
		content, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		return durable.Bytes(filepath.Join(temporary, ResultFile), append(content, '\n'))
	})
}

// prediction is a line of predictions.jsonl. Label and Prediction are what the
// task's files hold: a score, a class's name (JNLI) or its number (JCoLA).
type prediction struct {
	Index      int       `json:"index"` // of the validation row, from 0
	ID         string    `json:"id,omitempty"`
	Sentence   string    `json:"sentence,omitempty"`
	Sentence1  string    `json:"sentence1,omitempty"`
	Sentence2  string    `json:"sentence2,omitempty"`
	Label      any       `json:"label"`
	Prediction any       `json:"prediction"`
	Logits     []float32 `json:"logits"`
}

func (t *Trainer) predictions(run *Run) []prediction {
	task, list := t.Config.Task, make([]prediction, len(t.valid.examples))
	for i, e := range t.valid.examples {
		p := prediction{
			Index: i, ID: e.ID, Label: published(task, e.Label), Prediction: published(task, run.Predictions[i]),
			Logits: run.Scores[i*task.Outputs : (i+1)*task.Outputs],
		}
		if task.Pair {
			p.Sentence1, p.Sentence2 = e.A, e.B
		} else {
			p.Sentence = e.A
		}
		list[i] = p
	}
	return list
}

// published returns a label in the form of the task's files.
func published(task jglue.Task, label float64) any {
	switch {
	case task.Regression():
		return label
	case task.Pair:
		return task.Labels[int(label)]
	}
	return int(label)
}

func writeLines[T any](path string, lines []T) error {
	return durable.File(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		for i := range lines {
			if err := encoder.Encode(lines[i]); err != nil {
				return fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		return nil
	})
}
