package pretrain

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/run"
)

// A run that is stopped again and again, once in the middle by its context,
// once by Steps, equals one that is not.
func TestResumeIsExact(t *testing.T) {
	whole := withValidation(t, options(t, small...))
	mustRun(t, whole)
	parts := withValidation(t, options(t, small...))
	ctx, cancel := context.WithCancel(t.Context())
	parts.Progress = func(p Progress) {
		if p.Step == 3 {
			cancel()
		}
	}
	_, err := Run(ctx, parts)
	var stopped *Stopped
	if !errors.As(err, &stopped) || stopped.Step != 3 || !strings.HasSuffix(stopped.Checkpoint, "step-000003") {
		t.Fatalf("stopped: %v", err)
	}
	parts.Progress = nil
	parts.Steps = 5
	if s := mustRun(t, parts); s.Step != 5 || s.Steps != 2 {
		t.Fatalf("after --steps 5: %+v", s)
	}
	parts.Steps = 0
	if s := mustRun(t, parts); s.Step != 8 || s.Steps != 3 {
		t.Fatalf("at the end: %+v", s)
	}
	same(t, whole.Output, parts.Output, 8)
	if s := mustRun(t, parts); s.Steps != 0 || !s.Done {
		t.Errorf("run again: %+v", s)
	}
	first := readLines[run.Line](t, filepath.Join(whole.Output, run.LogFile))[0]
	if first.LR != 0 || math.Abs(first.Loss-math.Log(99574)) > 0.5 {
		t.Errorf("first step %+v", first)
	}
}

// A run that fails before its first step holds the training text no longer: it may
// be built anew in the same process.
func TestFailedStartFreesTheCorpus(t *testing.T) {
	opt := options(t, small...)
	opt.Cache, opt.Valid = t.TempDir(), []string{filepath.Join(t.TempDir(), "none.jsonl")}
	if _, err := Run(t.Context(), opt); err == nil {
		t.Fatal("a missing validation text is no error")
	}
	locks, err := filepath.Glob(filepath.Join(opt.Cache, "*", "lock"))
	if err != nil || len(locks) == 0 {
		t.Fatalf("no corpus was built: %v", err)
	}
	for _, lock := range locks {
		unlock, err := durable.Lock(lock)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	}
}

// A damaged checkpoint is named and passed over for the one before it, and the
// logs go back with it. (run.TestLastGood damages every kind of file.)
func TestDamagedCheckpoint(t *testing.T) {
	opt := withValidation(t, options(t, small...))
	opt.Steps = 4
	mustRun(t, opt)
	path := filepath.Join(opt.Output, run.Staying, run.StepName(4), momentsFile)
	data := []byte(readFile(t, path))
	data[len(data)/2] ^= 0x10
	overwrite(t, path, string(data))
	var said []string
	opt.Report = func(line string) { said = append(said, line) }
	opt.Steps = 6
	if s := mustRun(t, opt); s.Steps != 4 {
		t.Errorf("%d steps were made, 4 were lost or new", s.Steps)
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, run.StepName(4)) || !strings.Contains(all, "passed over") || !strings.Contains(all, filepath.Join(run.Staying, run.StepName(2))) {
		t.Errorf("said: %s", all)
	}
	whole := withValidation(t, options(t, small...))
	whole.Steps = 6
	mustRun(t, whole)
	same(t, whole.Output, opt.Output, 6)
	kept := readLines[run.Line](t, filepath.Join(opt.Output, run.LogFile+".cut"))
	if len(kept) != 2 || kept[0].Step != 3 || kept[1].Step != 4 {
		t.Errorf("kept of the lines that were cut: %+v", kept)
	}
}

// A run of which no checkpoint is whole, or one of a later version, is refused,
// and its logs stay as they are.
func TestNoCheckpointToGoOnFrom(t *testing.T) {
	opt := options(t, append(small[:len(small):len(small)], "eval_every=0")...)
	opt.Steps = 2
	mustRun(t, opt)
	log := filepath.Join(opt.Output, run.LogFile)
	before := readFile(t, log)
	refused := func(want string) {
		t.Helper()
		if _, err := Run(t.Context(), opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if readFile(t, log) != before {
			t.Error("the log was cut")
		}
	}
	d, err := run.Read(opt.Output)
	if err != nil {
		t.Fatal(err)
	}
	ours := d.Settings
	for _, settings := range []json.RawMessage{json.RawMessage(`{"lr_decay": "cosine"}`), ours} {
		d.Settings = settings
		if err := d.Write(opt.Output); err != nil {
			t.Fatal(err)
		}
		if string(settings) != string(ours) {
			refused("holds a run with other settings (settings of a later version of this program, which has to go on with them")
		}
	}
	last := filepath.Join(opt.Output, run.Staying, run.StepName(2))
	s, err := run.Verify(last)
	if err != nil {
		t.Fatal(err)
	}
	s.Settings = json.RawMessage(`{"lr_decay": "cosine"}`)
	if err := s.Seal(last); err != nil {
		t.Fatal(err)
	}
	refused("settings of a later version")
	for _, step := range []int{0, 2} {
		overwrite(t, filepath.Join(opt.Output, run.Staying, run.StepName(step), "config.json"), "{}")
	}
	refused("none of 2 checkpoints is whole")
}

// What contradicts the run in the folder is refused, and nothing is lost.
func TestAnotherRunInTheFolder(t *testing.T) {
	opt := options(t, small...)
	opt.Steps = 2
	mustRun(t, opt)
	before := untimed(t, opt.Output)
	for _, test := range []struct {
		want   string
		change func(*Options)
	}{
		{"lr is 0.01 there and 1 here", func(o *Options) { o.Settings.LR = 1 }},
		{"hidden_size is 16 there", func(o *Options) { o.Settings.HiddenSize = 32 }},
		{"on another text", func(o *Options) { o.Data = []string{writeTexts(t, 20)} }},
		{"max_position_embeddings", func(o *Options) { o.Output = t.TempDir(); o.Settings.MaxLength = 8193 }},
		{"blank.jsonl: no documents", func(o *Options) { o.Output = t.TempDir(); o.Data = []string{blank(t)} }},
		{"there is no tokenizer.json", func(o *Options) { o.Output, o.Tokenizer = t.TempDir(), t.TempDir() }},
		{"its config.json differs", func(o *Options) { o.Init = withHeads(t, o.Output) }},
		{"of another model", func(o *Options) { o.Init, o.Data = withHeads(t, o.Output), []string{blank(t)} }}, // before the text is read
		{"another process is training", func(o *Options) { hold(t, o.Output) }},                                // from here on
	} {
		changed := opt
		t.Run(test.want, func(t *testing.T) {
			test.change(&changed)
			if _, err := Run(t.Context(), changed); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	if diff := cmp.Diff(before, untimed(t, opt.Output)); diff != "" {
		t.Error(diff)
	}
}

// A run whose run.json is damaged goes on: the checkpoints know all.
func TestDamagedRunFile(t *testing.T) {
	opt := options(t, small...)
	opt.Steps = 2
	mustRun(t, opt)
	path := filepath.Join(opt.Output, run.File)
	whole := readFile(t, path)
	overwrite(t, path, strings.Replace(whole, `"lr": 0.01`, `"lr": 0.03`, 1))
	var said []string
	opt.Report = func(line string) { said = append(said, line) }
	if s := mustRun(t, opt); s.Steps != 0 || s.Step != 2 {
		t.Errorf("%+v", s)
	}
	if readFile(t, path) != whole || !strings.Contains(strings.Join(said, "\n"), run.File+": damaged") {
		t.Errorf("said %q", said)
	}
}

// A loss that is not finite stops the run and leaves what is needed to look
// at it.
func TestNonFiniteLoss(t *testing.T) {
	for want, changes := range map[string][]string{
		"the loss is": {"lr=1e30", "eval_every=0"},
		"left a value of model.embeddings.tok_embeddings.we": {"lr=3e38", "eval_every=0", "checkpoint_every=1"},
		"left a validation loss that is not finite":          {"lr=3e38", "eval_every=1"},
	} {
		opt := withValidation(t, options(t, append(append(small[:len(small):len(small)], "warmup_steps=0"), changes...)...))
		_, err := Run(t.Context(), opt)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "go on with a lower lr") {
			t.Fatalf("%v: error %v", changes, err)
		}
		for _, pattern := range []string{"step-*/model.safetensors", "step-*.safetensors", "step-*.jsonl"} {
			if found, _ := filepath.Glob(filepath.Join(opt.Output, run.NonFinite, pattern)); len(found) != 1 {
				t.Errorf("%v: saved: %v", changes, found)
			}
		}
		if kept, err := run.Saved(opt.Output, run.Staying, run.Rolling); err != nil || len(kept) != 1 || kept[0].Step != 0 {
			t.Errorf("%v: checkpoints %v, %v", changes, kept, err)
		}
	}
}
