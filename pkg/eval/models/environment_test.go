package models

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

func TestFromEnvironment(t *testing.T) {
	root := t.TempDir()
	put(t, root, "runs/tiny/stage2/run.json", "runs/tiny/stage2/checkpoints/step-000004/config.json", "runs/tiny/stage2/checkpoints/step-000008/config.json", "m/config.json")
	write(t, filepath.Join(root, "go.mod"), "module llmjp.internal/modernbert\n")
	t.Setenv("MODERNBERT_ROOT", root)
	at := func(step string) string { return filepath.Join(root, "runs/tiny/stage2/checkpoints", step) }
	four, eight := Model{result.Checkpoint{Stage: 2, Step: 4}, at("step-000004")}, Model{result.Checkpoint{Stage: 2, Step: 8}, at("step-000008")}
	m, hub := Model{result.Checkpoint{Name: "m"}, filepath.Join(root, "m")}, Model{result.Checkpoint{Name: "m@v1"}, "owner/m@v1"}
	for _, c := range []struct {
		run, models, model string
		want               []Model
		one                Model
	}{
		{"", "", "", nil, eight},
		{filepath.Join(root, "runs/tiny/stage2"), "", "", []Model{four, eight}, eight},
		{"runs/tiny/stage2", " m, owner/m@v1,", "owner/m@v1", []Model{four, eight, m, hub}, hub}, // from the project
		{"", "m", "", []Model{m}, eight},
	} {
		t.Setenv(runVariable, c.run)
		t.Setenv(modelVariable, c.model)
		t.Setenv(ModelsVariable, c.models)
		got, err := FromEnvironment()
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%+v: %v %s", c, err, diff)
		}
		one, err := One()
		if diff := cmp.Diff(c.one, one); diff != "" || err != nil {
			t.Errorf("%+v: one: %v %s", c, err, diff)
		}
	}
	other := t.TempDir()
	write(t, filepath.Join(other, "go.mod"), "module llmjp.internal/modernbert\n")
	t.Setenv("MODERNBERT_ROOT", other)
	t.Setenv(runVariable, "")
	t.Setenv(modelVariable, "")
	if _, err := One(); err == nil || !strings.Contains(err.Error(), "run scripts/reproduce") {
		t.Errorf("no model anywhere: %v", err)
	}
}

func TestProvenance(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	put(t, root, "m/config.json", "run/checkpoints/step-000001/config.json")
	write(t, filepath.Join(root, "go.mod"), "module llmjp.internal/modernbert\n")
	write(t, filepath.Join(root, "run", "run.json"), `{"stage": 1, "preset": "tiny", "notes": ["a stand-in"]}`)
	write(t, filepath.Join(root, "pairs.jsonl"), "{}\n")
	t.Setenv("MODERNBERT_ROOT", root)
	list, err := List(filepath.Join(root, "run"), filepath.Join(root, "m"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Provenance(ctx, list, 42, time.Now(), filepath.Join(root, "pairs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	got.Commit, got.Seconds, got.Backend = "", 0, ""
	want := result.Provenance{Preset: "tiny, m", Seed: 42, Notes: []string{"a stand-in"},
		Config: "291b5d07d8ac30a7cf027cbd6ebebd41f4765676d89afaa72266daec78aac33b",
		Data:   []result.Data{{Name: "pairs.jsonl", Digest: "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Provenance(ctx, list, 42, time.Now(), filepath.Join(root, "nowhere.jsonl")); err == nil {
		t.Error("an input that is not there was described")
	}
}

func TestEach(t *testing.T) {
	const testdata = "../testdata/"
	list, err := List(testdata+"modernbert", testdata+"bert", testdata+"modernbert", testdata+"modernbert")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var seen []*encoder.Encoder
	err = Each(context.Background(), list, model.Body, encoder.Options{}, func(m Model, e *encoder.Encoder) error {
		names, seen = append(names, e.Name), append(seen, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{testdata + "modernbert", testdata + "bert", testdata + "modernbert", testdata + "modernbert"}, names); diff != "" {
		t.Error(diff)
	}
	if seen[0] == seen[1] || seen[1] == seen[2] || seen[2] != seen[3] {
		t.Error("the encoder is to change with the architecture, and only then")
	}
	missing := []Model{{result.Checkpoint{Name: "gone"}, filepath.Join(t.TempDir(), "gone")}}
	err = Each(context.Background(), missing, model.Body, encoder.Options{}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "gone: ") {
		t.Errorf("%v", err)
	}
}
