package run

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/result"
)

// A run resumes only from what it started from; what differs is named.
func TestOriginConflict(t *testing.T) {
	old := Origin{Corpus: "c", Config: "m", Start: "w"}
	for want, now := range map[string]Origin{
		"config.json":                     {Corpus: "c", Config: "n", Start: "w"},
		"another text":                    {Corpus: "d", Config: "m", Start: "w"},
		"other weights than --init names": {Corpus: "c", Config: "m", Start: "x"},
		"again with --init":               {Corpus: "d", Config: "n"},
	} {
		if got := now.Conflict(old); !strings.Contains(got, want) {
			t.Errorf("%+v: %q", now, got)
		}
	}
	for _, same := range []Origin{old, {Config: "m", Start: "w"}} { // the second before the texts are known
		if got := same.Conflict(old); got != "" {
			t.Error(got)
		}
	}
}

// run.json is read back as it was written. Every changed byte is noticed as
// damage; a missing file is told apart.
func TestDescription(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(dir); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "is not the folder of a pretraining run") {
		t.Errorf("no run.json: %v", err)
	}
	want := Description{
		Provenance: result.Provenance{Preset: "tiny", Config: "abc", Seed: 42, Notes: []string{"a stand-in"}},
		Stage:      2, TotalSteps: 10, MaxLength: 512, Unigram: &result.Unigram{Loss: 7, Accuracy: 0.05},
		Settings: json.RawMessage(`{"lr":0.01}`), Init: "m", Origin: Origin{Corpus: "c", Config: "m"},
	}
	if err := want.Write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	got.Settings = json.RawMessage(strings.Join(strings.Fields(string(got.Settings)), ""))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	path := filepath.Join(dir, File)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		data[i] ^= 1
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); !errors.Is(err, durable.ErrDamaged) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		data[i] ^= 1
	}
}
