package provenance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Every field says what it should; none is left out of the comparison.
func TestOf(t *testing.T) {
	commit := project.Commit()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	ctx, root := context.Background(), t.TempDir()
	checkpoint, model := filepath.Join(root, "run", "checkpoints", "step-000001"), filepath.Join(root, "m")
	write(t, filepath.Join(root, "go.mod"), "module llmjp.internal/modernbert\n")
	write(t, filepath.Join(root, "pairs.jsonl"), "{}\n")
	write(t, filepath.Join(checkpoint, "config.json"), `{"a": 1}`)
	write(t, filepath.Join(model, "config.json"), `{"stage": 2}`)
	notes := []string{"a stand-in", "Retrieval: of its validation"}
	if err := (run.Description{Provenance: result.Provenance{Preset: "tiny", Notes: notes}, Stage: 1}).Write(filepath.Join(root, "run")); err != nil {
		t.Fatal(err)
	}
	began := time.Now().Add(-90 * time.Second)
	inProjectAt(t, root)
	got, err := Of(ctx, []string{checkpoint, model}, 42, began, filepath.Join(root, "pairs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Seconds < 90 || got.Seconds > 150 {
		t.Errorf("%g seconds, 90 and a little have passed", got.Seconds)
	}
	got.Seconds = 0
	want := result.Provenance{Preset: "tiny, m", Seed: 42, Notes: []string{"a stand-in"}, Backend: backend.Kind(b),
		Config: "291b5d07d8ac30a7cf027cbd6ebebd41f4765676d89afaa72266daec78aac33b",
		Data:   []result.Data{{Name: "pairs.jsonl", Digest: "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Of(ctx, []string{model}, 42, began, filepath.Join(root, "nowhere.jsonl")); err == nil {
		t.Error("an input that is not there was described")
	}
	write(t, filepath.Join(root, "run", "run.json"), `{"stage": 1, "preset": "large"}`)
	if _, err := Of(ctx, []string{checkpoint}, 42, began); err == nil || !strings.Contains(err.Error(), "run.json: damaged") {
		t.Errorf("a run.json that somebody changed: %v", err)
	}

	inProjectAt(t, "")
	if got, err := Of(ctx, nil, 1, began); err != nil || got.Commit != commit {
		t.Errorf("commit %q, the source's is %q: %v", got.Commit, commit, err)
	}
}

// inProjectAt makes a folder the project's root, "" the one of this source.
func inProjectAt(t *testing.T, root string) { t.Setenv("MODERNBERT_ROOT", root) }
