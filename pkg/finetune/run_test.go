package finetune

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/jglue"
)

// some writes the first n lines of a task's files.
func some(t testing.TB, task jglue.Task, training, validation int) (train, valid []string) {
	t.Helper()
	a, b := files(t, task)
	head := func(path string, n int) []string {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.SplitAfter(content, []byte("\n"))[:n]
		out := filepath.Join(t.TempDir(), filepath.Base(path))
		if err := os.WriteFile(out, bytes.Join(lines, nil), 0o666); err != nil {
			t.Fatal(err)
		}
		return []string{out}
	}
	return head(a, training), head(b, validation)
}

// small is a trainer on a few rows of a task, all of one length.
func small(t testing.TB, task jglue.Task, model string) *Trainer {
	t.Helper()
	training, validation := some(t, task, 19, 12)
	trainer := open(t, Config{Task: task, Model: model, Train: training, Valid: validation, BatchSize: 8, MaxLength: 24})
	trainer.planner.Lengths = []int{24}
	return trainer
}

// A run depends on its setting alone, not on the runs before it.
func TestRunsAreIndependent(t *testing.T) {
	trainer := small(t, jglue.JNLI, smallModel(t, "modernbert", nil))
	runs := map[string]*Run{}
	ctx := context.Background()
	for _, s := range []Setting{{1e-3, 2, 1}, {1e-2, 1, 2}, {1e-3, 2, 2}, {1e-3, 2, 1}} {
		var seen []int
		run, err := trainer.Run(ctx, s, func(u Update, total int) { seen = append(seen, u.Step, total) })
		if err != nil {
			t.Fatal(err)
		}
		updates := 3 * s.Epochs // of 8, 8 and 3 rows
		if len(run.Log) != updates || trainer.Updates(s.Epochs) != updates || seen[len(seen)-2] != updates || seen[0] != 1 || seen[1] != updates {
			t.Errorf("%s: %d updates, progress %v", s, len(run.Log), seen)
		}
		if last := run.Log[updates-1]; last.Epoch != s.Epochs || math.Abs(last.LR-s.LR/float64(updates)) > 1e-12 || run.Log[0].LR != s.LR {
			t.Errorf("%s: first %+v, last %+v", s, run.Log[0], last)
		}
		if before, ok := runs[s.String()]; ok {
			if diff := cmp.Diff(before, run, cmpopts.IgnoreFields(Run{}, "Seconds"), cmpopts.IgnoreUnexported(Run{}), cmpopts.IgnoreFields(Update{}, "Seconds")); diff != "" {
				t.Errorf("%s a second time:\n%s", s, diff)
			}
		}
		runs[s.String()] = run
	}
	a, b := runs["lr=0.001,epochs=2,seed=1"], runs["lr=0.001,epochs=2,seed=2"]
	if cmp.Equal(a.Scores, b.Scores) || a.Log[0].Loss == b.Log[0].Loss {
		t.Error("another seed made the same run")
	}
	if len(a.Scores) != 12*3 || len(a.Predictions) != 12 {
		t.Errorf("%d scores, %d predictions of 12 rows", len(a.Scores), len(a.Predictions))
	}
}

// Every epoch has every row once, in an order of its own.
func TestOrder(t *testing.T) {
	trainer := &Trainer{Config: Config{BatchSize: 8}}
	trainer.train.rows = make([]encoder.Row, 19)
	first, second := slices.Concat(trainer.order(1, 0)...), slices.Concat(trainer.order(1, 1)...)
	if cmp.Equal(first, second) || cmp.Equal(first, slices.Concat(trainer.order(2, 0)...)) {
		t.Error("the order does not change")
	}
	for _, rows := range [][]int{first, second} {
		slices.Sort(rows)
		for i, row := range rows {
			if i != row || len(rows) != 19 {
				t.Fatalf("an epoch has rows %v", rows)
			}
		}
	}
}

// Dropout is drawn where the architecture has it, by the seed.
func TestDropout(t *testing.T) {
	with := small(t, jglue.JSTS, smallModel(t, "bert", nil))
	without := small(t, jglue.JSTS, smallModel(t, "bert", map[string][2]string{"config.json": {`_dropout_prob": 0.1`, `_dropout_prob": 0.0`}}))
	loss := func(trainer *Trainer, seed uint64) float64 {
		if err := trainer.reset(0); err != nil { // the same classifier for all
			t.Fatal(err)
		}
		outcome, err := trainer.step.Do(0, trainer.batches([]int{0, 1, 2, 3, 4, 5, 6, 7}, seed, 1))
		if err != nil {
			t.Fatal(err)
		}
		return outcome.Objective
	}
	a, again, b, none := loss(with, 1), loss(with, 1), loss(with, 2), loss(without, 1)
	if a != again || a == b || a == none || none != loss(without, 2) {
		t.Errorf("losses with dropout %g, %g, another seed %g, without %g", a, again, b, none)
	}
}

func TestSave(t *testing.T) {
	trainer := small(t, jglue.JNLI, smallModel(t, "modernbert", nil))
	ctx := context.Background()
	run, err := trainer.Run(ctx, Setting{1e-3, 1, 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "runs", "a")
	if err := trainer.Save(dir, run, false); err != nil {
		t.Fatal(err)
	}
	if err := trainer.Save(dir, run, false); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("saved over a run: %v", err)
	}
	var report Report
	content, err := os.ReadFile(filepath.Join(dir, ResultFile))
	if err == nil {
		err = json.Unmarshal(content, &report)
	}
	if err != nil {
		t.Fatal(err)
	}
	if report.Task != "jnli" || report.Metric != "accuracy" || report.Score != run.Score || report.LR != 1e-3 || report.Epochs != 1 || report.Seed != 3 ||
		report.TrainRows != 19 || report.Updates != 3 || !strings.Contains(report.Note, "not comparable") || len(report.Provenance.Data) != 2 ||
		!slices.Contains(report.Fresh, "classifier.weight") || slices.Contains(report.Fresh, "head.dense.weight") {
		t.Errorf("report %+v", report)
	}
	rows := lines[prediction](t, filepath.Join(dir, PredictionsFile))
	right := 0
	for i, p := range rows {
		if p.Label == p.Prediction {
			right++
		}
		if p.Index != i || p.Sentence1 == "" || p.Sentence2 == "" || len(p.Logits) != 3 {
			t.Errorf("prediction %+v", p)
		}
	}
	if len(rows) != 12 || float64(right)/12 != report.Score {
		t.Errorf("%d right of %d, the score is %g", right, len(rows), report.Score)
	}
	if log := lines[Update](t, filepath.Join(dir, LogFile)); len(log) != 3 || log[2].Step != 3 {
		t.Errorf("log %+v", log)
	}
	// The saved model gives the same scores.
	e, err := encoder.LoadWhole(ctx, filepath.Join(dir, ModelFolder), encoder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	scores, err := e.Classify(ctx, trainer.valid.rows)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.Scores, scores, cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Errorf("scores of the saved model:\n%s", diff)
	}
	config, _ := os.ReadFile(filepath.Join(dir, ModelFolder, "config.json"))
	for _, part := range []string{"ModernBertForSequenceClassification", `"0": "entailment"`, "single_label_classification"} {
		if !strings.Contains(string(config), part) {
			t.Errorf("config.json has no %s:\n%s", part, config)
		}
	}
}

func lines[T any](t *testing.T, path string) (out []T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func TestRunRefuses(t *testing.T) {
	trainer := small(t, jglue.JSTS, smallModel(t, "modernbert", nil))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for want, run := range map[string]func() (*Run, error){
		"learning rate 0":           func() (*Run, error) { return trainer.Run(ctx, Setting{0, 1, 1}, nil) },
		"learning rate NaN":         func() (*Run, error) { return trainer.Run(ctx, Setting{math.NaN(), 1, 1}, nil) },
		"0 epochs":                  func() (*Run, error) { return trainer.Run(ctx, Setting{1, 0, 1}, nil) },
		"canceled":                  func() (*Run, error) { return trainer.Run(ctx, Setting{1, 1, 1}, nil) },
		"use a lower learning rate": func() (*Run, error) { return trainer.Run(context.Background(), Setting{1e30, 3, 1}, nil) },
	} {
		if _, err := run(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	// After a failed run the next one is as if nothing had been.
	if run, err := trainer.Run(context.Background(), Setting{1e-4, 1, 1}, nil); err != nil || len(run.Log) != 3 {
		t.Errorf("a run after a failed one: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	training, validation := some(t, jglue.JSTS, 4, 4)
	other, _ := some(t, jglue.JNLI, 4, 4)
	model := smallModel(t, "modernbert", nil)
	foreign := smallModel(t, "modernbert", map[string][2]string{"config.json": {`"hidden_size": 32`, `"hidden_size": 64`}})
	for want, c := range map[string]Config{
		"validation rows: " + other[0] + ":1: a line of JNLI, the task is JSTS": {Task: jglue.JSTS, Model: model, Train: training, Valid: other},
		"training rows: " + other[0] + ":1: a line of JNLI, the task is JSTS":   {Task: jglue.JSTS, Model: model, Train: other, Valid: validation},
		"no such file":             {Task: jglue.JSTS, Model: model, Train: training, Valid: []string{"none.json"}},
		"config.json is not there": {Task: jglue.JSTS, Model: t.TempDir(), Train: training, Valid: validation},
		"do not fit config.json":   {Task: jglue.JSTS, Model: foreign, Train: training, Valid: validation},
		"devices were asked for":   {Task: jglue.JSTS, Model: model, Train: training, Valid: validation, Devices: 4096},
		training[0] + ":1: ":       {Task: jglue.JSTS, Model: model, Train: training, Valid: validation, MaxLength: 2},
	} {
		if _, err := Open(context.Background(), c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Weights that overflow in the last update are a run that diverged, at that
// update, and nothing is written.
func TestDivergedInTheLastUpdate(t *testing.T) {
	trainer := small(t, jglue.JSTS, smallModel(t, "modernbert", nil))
	trainer.Config.BatchSize = 32 // one update an epoch
	_, err := trainer.Run(context.Background(), Setting{LR: 1e30, Epochs: 1, Seed: 1}, nil)
	var diverged *Diverged
	if !errors.As(err, &diverged) || diverged.Update != 1 || diverged.Total != 1 || !strings.Contains(err.Error(), "not finite after update 1 of 1") {
		t.Errorf("error %v", err)
	}
}
