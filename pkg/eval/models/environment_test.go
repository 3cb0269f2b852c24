package models

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

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
