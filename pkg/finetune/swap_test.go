package finetune

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/jglue"
)

// A trainer that was handed another checkpoint makes the runs of one that was
// opened with it.
func TestSwap(t *testing.T) {
	ctx, s := context.Background(), Setting{1e-3, 1, 1}
	run := func(trainer *Trainer) *Run {
		r, err := trainer.Run(ctx, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	trainer := small(t, jglue.JNLI, smallModel(t, "modernbert", nil))
	before := run(trainer)
	dir := filepath.Join(t.TempDir(), "run")
	if err := trainer.Save(dir, before, true); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "model") // has a classifier, which the first has not
	fresh := open(t, trainer.with(other))
	fresh.planner.Lengths = trainer.planner.Lengths
	want := run(fresh)
	if cmp.Equal(before.Scores, want.Scores) {
		t.Fatal("the other checkpoint scores as the first")
	}
	first := trainer.asked
	for _, c := range []struct {
		config Config
		want   *Run
	}{{trainer.with(other), want}, {first, before}} {
		if ok, err := trainer.Swap(c.config); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if diff := cmp.Diff(c.want, run(trainer), cmpopts.IgnoreFields(Run{}, "Seconds"), cmpopts.IgnoreUnexported(Run{}), cmpopts.IgnoreFields(Update{}, "Seconds")); diff != "" {
			t.Errorf("%s: %s", c.config.Model, diff)
		}
		if trainer.Config.Model != c.config.Model || trainer.scorer.Name != c.config.Model {
			t.Errorf("%s is called %s and %s", c.config.Model, trainer.Config.Model, trainer.scorer.Name)
		}
	}

	shorter := first
	shorter.MaxLength = 20
	for name, config := range map[string]Config{
		"a setting":      shorter,
		"the norms":      trainer.with(smallModel(t, "modernbert", map[string][2]string{"config.json": {`"norm_eps": 1e-05`, `"norm_eps": 1e-06`}})),
		"the tokenizer":  trainer.with(smallModel(t, "modernbert", map[string][2]string{"tokenizer_config.json": {`"unk_token"`, `"unknown_token"`}})),
		"a whole family": trainer.with(smallModel(t, "bert", nil)),
	} {
		if ok, err := trainer.Swap(config); ok || err != nil {
			t.Errorf("another in %s: %v, %v", name, ok, err)
		}
	}
	if _, err := trainer.Swap(trainer.with(t.TempDir())); err == nil {
		t.Error("an empty folder was taken")
	}
	if diff := cmp.Diff(before.Scores, run(trainer).Scores); diff != "" {
		t.Error("what was refused changed the trainer:", diff)
	}
}

// with is what the trainer was asked for with another model.
func (t *Trainer) with(model string) Config {
	config := t.asked
	config.Model, config.Name = model, ""
	return config
}
