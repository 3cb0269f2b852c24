package pppl

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/eval/models"
)

// What a crash leaves is not computed again, and the end is the same.
func TestResume(t *testing.T) {
	all, o := list(t, testModel), everything(8)
	o.Encoder.BatchTokens = 64 // groups of few documents
	whole := measure(t, all, o, documents)
	journal := filepath.Join(t.TempDir(), "journal")
	most := interrupted(t, all, o, journal)
	// A row that a crash cut short is computed again.
	f, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"m":0,"i":3,"score":{"id":`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	said, least := "", 0
	o.Progress = func(_, total int) { least = total }
	o.Report = func(line string) { said += line + "\n" }
	again, finish, err := Measure(t.Context(), all, o, journal, documents)
	if err != nil {
		t.Fatal(err)
	}
	if least == 0 || least >= most {
		t.Errorf("%d masked copies after the interruption, %d in all", least, most)
	}
	if !strings.Contains(said, "finished documents are kept from before") {
		t.Errorf("%q", said)
	}
	// The rest is padded in other company: equal up to the rounding of float32.
	if diff := cmp.Diff(whole[0].Scores, again[0].Scores, cmpopts.EquateApprox(1e-5, 0)); diff != "" {
		t.Error(diff)
	}
	if err := finish(); err != nil {
		t.Error(err)
	}
}

// interrupted stops in the middle of so many masked copies.
func interrupted(t *testing.T, all []models.Model, o Options, journal string) (copies int) {
	t.Helper()
	o.Encoder.BatchTokens = 64 // groups of few documents
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(done, total int) {
		if copies = max(copies, total); done > total/2 {
			stop()
		}
	}
	if _, _, err := Measure(ctx, all, o, journal, documents); err == nil {
		t.Fatal("it was not interrupted")
	}
	return copies
}

// A journal serves the work that wrote it alone.
func TestJournalOfOtherWork(t *testing.T) {
	all, o := list(t, testModel), everything(4)
	journal := filepath.Join(t.TempDir(), "journal")
	interrupted(t, all, o, journal)
	for name, change := range map[string]func(*Options){
		"positions": func(o *Options) { o.Positions = 5 }, "seed": func(o *Options) { o.Seed = 1 },
		"length": func(o *Options) { o.MaxLength = 50 }, "compute": func(o *Options) { o.Encoder.Compute = "bfloat16" },
	} {
		other := o
		change(&other)
		_, _, err := Measure(t.Context(), all, other, journal, documents)
		if err == nil || !strings.Contains(err.Error(), journal) || !strings.Contains(err.Error(), "remove it to begin anew") {
			t.Errorf("another %s: %v", name, err)
		}
	}
}
