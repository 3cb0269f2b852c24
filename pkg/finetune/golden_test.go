package finetune

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/stat"

	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/train"
)

// golden is a case of testdata/golden.json, written by golden.py.
type golden struct {
	Model, Task string
	Types       bool // token types are given to the model
	Updates     int
	Peak        float64
	Start       map[string][]float32 // the classifier's first weights
	Steps       []struct {
		Rows           []int
		LR, Loss, Norm float64
	}
	Logits []float64 // of the first validation rows
}

// smallModel copies one of pkg/eval's models, its files edited.
func smallModel(t testing.TB, name string, edits map[string][2]string) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join("..", "eval", "testdata", name)
	entries, err := os.ReadDir(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(source, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if edit, ok := edits[e.Name()]; ok {
			edited := bytes.Replace(content, []byte(edit[0]), []byte(edit[1]), -1)
			if bytes.Equal(edited, content) {
				t.Fatalf("%s has no %s", e.Name(), edit[0])
			}
			content = edited
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// files are a task's own in data/jglue.
func files(t testing.TB, task jglue.Task) (training, validation string) {
	t.Helper()
	dir, err := project.Path("data", "jglue", task.Key())
	if err != nil {
		t.Fatal(err)
	}
	training = filepath.Join(dir, "train.json")
	if task.Name == jglue.JNLI.Name {
		training = filepath.Join(dir, "train-recovered.json")
	}
	return training, filepath.Join(dir, "valid.json")
}

func open(t testing.TB, config Config) *Trainer {
	t.Helper()
	trainer, err := Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	return trainer
}

// Twenty updates from the same weights, on the same rows, equal transformers'
// and torch's: losses, gradient norms, rates, and the scores at the end.
func TestFineTuningEqualsTransformers(t *testing.T) {
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 4 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, g := range cases {
		t.Run(g.Model+" "+g.Task, func(t *testing.T) { g.run(t) })
	}
}

func (g golden) run(t *testing.T) {
	edits := map[string][2]string{}
	if g.Model == "bert" {
		edits["config.json"] = [2]string{`_dropout_prob": 0.1`, `_dropout_prob": 0.0`}
	}
	if g.Types {
		edits["tokenizer_config.json"] = [2]string{`"attention_mask"`, `"attention_mask", "token_type_ids"`}
	}
	task, err := jglue.Parse(g.Task)
	if err != nil {
		t.Fatal(err)
	}
	training, validation := files(t, task)
	trainer := open(t, Config{Task: task, Model: smallModel(t, g.Model, edits), Train: []string{training}, Valid: []string{validation}})
	if g.Task != jglue.JSTS.Key() { // one graph; the first case has micro-batches of several shapes
		trainer.planner.Lengths, trainer.planner.Multiple = []int{trainer.Config.MaxLength}, BatchSize
	}
	for name, values := range g.Start {
		trainer.values[name] = values
	}
	if err := trainer.step.SetState(train.State{Weights: trainer.values}); err != nil {
		t.Fatal(err)
	}
	schedule := train.Schedule{Peak: g.Peak, Total: g.Updates}
	worst := 0.0
	defer func() { t.Logf("losses differ by %.1g at most, relatively", worst) }()
	for k, want := range g.Steps {
		got, err := trainer.update(Setting{}, schedule, k+1, want.Rows)
		if err != nil {
			t.Fatal(err)
		}
		near(t, k+1, "loss", got.Loss, want.Loss, 1e-3*want.Loss)
		worst = math.Max(worst, math.Abs(got.Loss/want.Loss-1))
		near(t, k+1, "gradient", got.GradNorm, want.Norm, 1e-3*want.Norm)
		near(t, k+1, "learning rate", got.LR, want.LR, 1e-12)
	}
	trainer.valid.rows = trainer.valid.rows[:len(g.Logits)/task.Outputs]
	trainer.valid.labels = trainer.valid.labels[:len(trainer.valid.rows)]
	var run Run
	if err := trainer.score(context.Background(), &run); err != nil {
		t.Fatal(err)
	}
	spread := stat.StdDev(g.Logits, nil)
	for i, want := range g.Logits {
		near(t, i, "logit", float64(run.Scores[i]), want, 1e-3*math.Max(spread, math.Abs(want)))
	}
}

func near(t *testing.T, k int, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%d: %s %.9g, want %.9g", k, what, got, want)
	}
}
