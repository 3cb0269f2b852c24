package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// put makes files below dir; a run.json is that of a second stage.
func put(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, name)
		write(t, path, "{}")
		if filepath.Base(name) == run.File {
			if err := (run.Description{Stage: 2}).Write(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	folder, plain, other := filepath.Join(dir, "run"), filepath.Join(dir, "a", "plain"), filepath.Join(dir, "b", "plain")
	put(t, dir, "run/run.json", "run/checkpoints/step-001000/config.json", "run/checkpoints/step-99999/config.json", "run/checkpoints/step-000000/config.json",
		"run/checkpoints/.step-000500.00.tmp/config.json", "run/checkpoints/step-000700/half", "a/plain/config.json", "b/plain/config.json", "tuned/model/config.json")
	at := func(step string) string { return filepath.Join(folder, "checkpoints", step) }
	stage := func(step int) result.Checkpoint { return result.Checkpoint{Stage: 2, Step: step} }
	stages := filepath.Join(dir, "stages")
	put(t, stages, "stage1/checkpoints/step-000003/config.json", "stage2/run.json", "stage2/checkpoints/step-000001/config.json")
	first := result.Checkpoint{Stage: 1, Step: 3}
	for _, c := range []struct {
		name string
		refs []string
		want []Model
	}{
		{"run", []string{folder}, []Model{{stage(0), at("step-000000")}, {stage(1000), at("step-001000")}, {stage(99999), at("step-99999")}}},
		{"stages", []string{stages}, []Model{{first, filepath.Join(stages, "stage1/checkpoints/step-000003")}, {stage(1), filepath.Join(stages, "stage2/checkpoints/step-000001")}}},
		{"checkpoint", []string{at("step-001000")}, []Model{{stage(1000), at("step-001000")}}},
		{"hub", []string{"llm-jp/llm-jp-modernbert-base@main"}, []Model{{result.Checkpoint{Name: "llm-jp-modernbert-base@main"}, "llm-jp/llm-jp-modernbert-base@main"}}},
		{"tuned", []string{filepath.Join(dir, "tuned", "model")}, []Model{{result.Checkpoint{Name: "tuned/model"}, filepath.Join(dir, "tuned", "model")}}},
		{"same name", []string{plain, other}, []Model{{result.Checkpoint{Name: plain}, plain}, {result.Checkpoint{Name: other}, other}}},
	} {
		got, err := List(c.refs...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if got, _ := List(folder); got[1].Label() != "stage 2, 1k" {
		t.Errorf("label %q", got[1].Label())
	}
}

// TestTwoSecondStages names checkpoints of equal stage and step by what their runs
// differ in.
func TestTwoSecondStages(t *testing.T) {
	dir := t.TempDir()
	stage := func(name, settings string) string {
		folder := filepath.Join(dir, name)
		write(t, filepath.Join(folder, "checkpoints", "step-000600", "config.json"), "{}")
		if err := (run.Description{Stage: 2, Settings: []byte(settings)}).Write(folder); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	one := stage("stage2", `{"seed": 42, "rows": "documents", "lr": 0.1}`)
	windows := stage("windows", `{"seed": 42, "rows": "windows", "lr": 0.1}`)
	again := stage("again", `{"seed": 42, "rows": "documents", "lr": 0.1}`)
	other := stage("other", `{"seed": 43, "rows": "windows", "lr": 0.2}`)
	at := func(folder string) string { return filepath.Join(folder, "checkpoints", "step-000600") }
	for _, c := range []struct{ refs, want []string }{
		{[]string{one, windows}, []string{"stage 2, 600, rows=documents", "stage 2, 600, rows=windows"}},
		{[]string{one, again}, []string{at(one), at(again)}},                       // nothing tells them apart
		{[]string{one, windows, again}, []string{at(one), at(windows), at(again)}}, // nor the first and the last
		{[]string{one, other}, []string{at(one), at(other)}},                       // three settings differ
	} {
		list, err := List(c.refs...)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range list {
			got = append(got, m.Label())
			if m.Stage != 2 || m.Step != 600 {
				t.Errorf("%s lost its stage and step", m.Label())
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestListRefused(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "empty/run.json", "broken/checkpoints/step-000001/config.json")
	if err := os.WriteFile(filepath.Join(dir, "broken", "run.json"), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	for want, refs := range map[string][]string{
		"no model": nil, "empty": {""}, "no checkpoint yet": {filepath.Join(dir, "empty")}, "broken/run.json": {filepath.Join(dir, "broken")},
	} {
		if _, err := List(refs...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", refs, err, want)
		}
	}
}
