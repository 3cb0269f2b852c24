package run

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

// writeRun writes the folder of a stage; the text of a description is sealed.
func writeRun(t *testing.T, description, eval, log string) string {
	t.Helper()
	dir := t.TempDir()
	if description != "" {
		var d Description
		if err := json.Unmarshal([]byte(description), &d); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{EvalFile: eval, LogFile: log} {
		if content == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCurve(t *testing.T) {
	one := writeRun(t,
		`{"preset":"tiny","stage":1,"total_steps":2,"max_length":128,"seed":42,"data":[{"name":"wiki"}],"unigram":{"loss":7,"accuracy":0.05}}`,
		`{"step":0,"loss":11.5,"accuracy":0}`+"\n"+`{"step":2,"loss":8,"accuracy":0.1,"recall@10":0.25,"mrr@10":0.125,"seconds":3}`+"\n",
		`{"step":1,"loss":11.4,"lr":0,"seconds":0.5}`+"\n"+`{"step":2,"loss":9,"lr":0.1,"seconds":0.25}`+"\n"+`{"step":3,"lo`)
	two := writeRun(t,
		`{"preset":"tiny","stage":2,"total_steps":1,"max_length":256,"seed":42,"data":[{"name":"wiki"},{"name":"aozora"}],"unigram":{"loss":7.5,"accuracy":0.04}}`,
		`{"step":1,"loss":7.5,"accuracy":0.2}`+"\n", `{"step":1,"loss":7.6,"seconds":1}`+"\n")
	got, err := Curve(one, two)
	if err != nil {
		t.Fatal(err)
	}
	want := &result.TrainingCurve{
		Provenance: result.Provenance{Preset: "tiny", Seed: 42, Data: []result.Data{{Name: "wiki"}, {Name: "aozora"}}, Seconds: 1.75},
		Stages: []result.Stage{
			{Stage: 1, TotalSteps: 2, MaxLength: 128, Seconds: 0.75, Unigram: &result.Unigram{Loss: 7, Accuracy: 0.05},
				Evaluations: []result.Evaluation{{Step: 0, Loss: 11.5}, {Step: 2, Loss: 8, Accuracy: 0.1, Recall10: new(0.25), MRR10: new(0.125)}},
				Training:    []result.TrainingLoss{{Step: 1, Loss: 11.4}, {Step: 2, Loss: 9}}},
			{Stage: 2, TotalSteps: 1, MaxLength: 256, Seconds: 1, Unigram: &result.Unigram{Loss: 7.5, Accuracy: 0.04},
				Evaluations: []result.Evaluation{{Step: 1, Loss: 7.5, Accuracy: 0.2}}, Training: []result.TrainingLoss{{Step: 1, Loss: 7.6}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCurveErrors(t *testing.T) {
	const run, eval = `{"stage":1}`, `{"step":1,"loss":2}` + "\n"
	for _, test := range []struct {
		name, run, eval, log, want string
	}{
		{"no run", "", eval, eval, "is not the folder of a pretraining run"},
		{"bad line", run, "{\n" + eval, eval, "eval.jsonl:1: "},
		{"bad line within", run, eval, eval + "{\n" + eval, "log.jsonl:2: "},
		{"whole last line bad", run, eval, eval + "{\n", "log.jsonl:2: "},
		{"backwards", run, `{"step":2,"loss":2}` + "\n" + eval, eval, "step 1 follows step 2"},
		{"no evaluation", run, "\n", eval, "evaluations is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Curve(writeRun(t, test.run, test.eval, test.log))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if _, err := Curve(); err == nil {
		t.Error("no folders pass")
	}
}

func TestTrainingLossIsThinned(t *testing.T) {
	var log strings.Builder
	for i := 1; i <= 1234; i++ {
		fmt.Fprintf(&log, `{"step":%d,"loss":5}`+"\n", i)
	}
	c, err := Curve(writeRun(t, `{"stage":1}`, `{"step":1,"loss":2}`, log.String()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Stages[0].Training); n < maxTraining/2 || n > maxTraining {
		t.Errorf("%d training losses", n)
	}
}
