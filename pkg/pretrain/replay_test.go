package pretrain

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/run"
)

// Ten steps equal torch's from the same weights and batches: losses, gradient
// norms before clipping, and every final weight. See testdata/replay.py.
func TestTenStepsEqualTorch(t *testing.T) {
	equalTorch(t, func(opt Options) string { return mustRun(t, opt).Checkpoint })
}

// equalTorch compares a run's steps, and the last checkpoint that it returns,
// with torch's.
func equalTorch(t *testing.T, train func(Options) (checkpoint string)) {
	t.Helper()
	var golden struct {
		Settings []string
		Steps    []struct {
			Loss     float64
			GradNorm float64 `json:"grad_norm"`
			Masked   int
		}
		Weights map[string]struct {
			Norm, Std float64
			At        []int
			Values    []float64
		}
	}
	readJSON(t, "testdata/replay.json", &golden)
	opt := options(t, golden.Settings...)
	opt.Data = []string{projectPath(t, "data", "corpus", "valid.jsonl.gz")}
	last := train(opt)

	lines := readLines[run.Line](t, filepath.Join(opt.Output, "log.jsonl"))
	if len(lines) != len(golden.Steps) {
		t.Fatalf("%d steps in the log, %d in the golden file", len(lines), len(golden.Steps))
	}
	clipped := 0
	for i, want := range golden.Steps {
		if lines[i].MaskedTokens != want.Masked {
			t.Fatalf("step %d: %d masked tokens, the golden file has %d: the batches have changed, run replay.py", i+1, lines[i].MaskedTokens, want.Masked)
		}
		near(t, "loss", lines[i].Loss, want.Loss, 2e-5)
		near(t, "grad_norm", lines[i].GradNorm, want.GradNorm, 2e-5)
		if want.GradNorm > opt.Settings.Clip {
			clipped++
		}
	}
	if clipped == 0 || clipped == len(lines) {
		t.Errorf("%d of %d steps were clipped: one case only is tested", clipped, len(lines))
	}
	values := load(t, last)
	for name, want := range golden.Weights {
		got, sum := values[name], 0.0
		for _, x := range got {
			sum += float64(x) * float64(x)
		}
		near(t, name+" norm", math.Sqrt(sum), want.Norm, 1e-4)
		for i, at := range want.At {
			if diff := math.Abs(float64(got[at]) - want.Values[i]); diff > 1e-3*want.Std+1e-6 {
				t.Errorf("%s[%d]: %.7g, torch has %.7g", name, at, got[at], want.Values[i])
			}
		}
	}
}

func load(t *testing.T, dir string) model.Values {
	t.Helper()
	c, err := checkpoint.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	values, err := c.Load(model.MaskedLM)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func readJSON(t *testing.T, path string, to any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: %.9g, want %.9g", what, got, want)
	}
}
