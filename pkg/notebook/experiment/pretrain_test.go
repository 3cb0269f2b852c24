package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/run"
)

// TestBeginAnew removes the notebook's own run where it has gone beyond the steps
// asked for, and keeps it where another process trains in it.
func TestBeginAnew(t *testing.T) {
	unset(t)
	newProject(t)
	own, err := ownRun()
	if err != nil {
		t.Fatal(err)
	}
	put(t, own, "{}", filepath.Join(run.Staying, run.StepName(20), "config.json"))
	if err := (run.Description{Stage: 1, TotalSteps: 20}).Write(own); err != nil {
		t.Fatal(err)
	}
	there := func() bool { _, err := os.Stat(own); return err == nil }
	if err := beginAnew(pretrain.Options{Output: own, Steps: 20}); err != nil || !there() {
		t.Errorf("a run that has not gone beyond its steps: %v, kept %v", err, there())
	}
	unlock, err := run.Lock(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := beginAnew(pretrain.Options{Output: own, Steps: 10}); err == nil || !there() {
		t.Errorf("a run in training: %v, kept %v", err, there())
	}
	unlock()
	if err := beginAnew(pretrain.Options{Output: own, Steps: 10}); err != nil || there() {
		t.Errorf("a run beyond its steps: %v, kept %v", err, there())
	}
}
