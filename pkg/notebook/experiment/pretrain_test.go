package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/run"
)

// TestSetAside keeps the notebook's own run under another name where it has gone
// beyond the steps asked for, and in its place where another process trains in it.
func TestSetAside(t *testing.T) {
	unset(t)
	newProject(t)
	own, err := ownRun()
	if err != nil {
		t.Fatal(err)
	}
	begin := func() {
		put(t, own, "{}", filepath.Join(run.Staying, run.StepName(20), "config.json"))
		if err := (run.Description{Stage: 1, TotalSteps: 20}).Write(own); err != nil {
			t.Fatal(err)
		}
	}
	begin()
	there := func(dir string) bool { _, err := os.Stat(filepath.Join(dir, run.File)); return err == nil }
	if kept, err := setAside(pretrain.Options{Output: own, Steps: 20}); err != nil || kept != "" || !there(own) {
		t.Errorf("a run that has not gone beyond its steps: %q, %v", kept, err)
	}
	unlock, err := run.Lock(own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := setAside(pretrain.Options{Output: own, Steps: 10}); err == nil || !there(own) {
		t.Errorf("a run in training: %v", err)
	}
	unlock()
	kept, err := setAside(pretrain.Options{Output: own, Steps: 10})
	if err != nil || kept != own+"-step-000020" || !there(kept) || there(own) {
		t.Errorf("a run beyond its steps: %q, %v", kept, err)
	}
	begin()
	if _, err := setAside(pretrain.Options{Output: own, Steps: 10}); err == nil || !there(kept) || !there(own) {
		t.Errorf("a name that is taken: %v", err)
	}
}
