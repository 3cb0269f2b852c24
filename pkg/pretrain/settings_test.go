package pretrain

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model"
)

// The base preset is Table 1, and its model has 187,494,646 parameters.
func TestBaseIsThePaper(t *testing.T) {
	one, err := Preset("base", 1)
	if err != nil {
		t.Fatal(err)
	}
	config, err := one.Architecture()
	if err != nil {
		t.Fatal(err)
	}
	if n := model.Count(config.Params(model.MaskedLM)); n != 187_494_646 {
		t.Errorf("%d parameters", n)
	}
	for _, line := range []string{
		"total_steps = 500000", "warmup_steps = 24000", "lr = 0.0005", "batch_size = 3328", "max_length = 1024", "mask_rate = 0.3",
		"adam_beta1 = 0.9", "adam_beta2 = 0.98", "adam_epsilon = 1e-06", "weight_decay = 1e-05", "clip = 1", "compute = bfloat16",
	} {
		if !cmp.Equal(line, find(one.Lines(), line)) {
			t.Errorf("%q is not among %q", line, one.Lines())
		}
	}
	recipe, err := one.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"global_rope_theta = 10000", "local_rope_theta = 10000", "local_attention = 128: 64 tokens to either side", "parameters = 187494646",
		"initial weights = normal, sd 0.02, cut at 2 sd; sd 0.003015 for attn.Wo, mlp.Wo and head.dense",
	} {
		if find(recipe, line) == "" {
			t.Errorf("%q is not among %q", line, recipe)
		}
	}
	two, err := Preset("base", 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"stage = 2 (was 1)", "total_steps = 200000 (was 500000)", "lr = 5e-05 (was 0.0005)", "batch_size = 384 (was 3328)",
		"max_length = 8192 (was 1024)", "micro_rows = 3 (was 26)", "checkpoint_steps = 0 (was 0,4000,15000)",
		"activation_checkpoints = true (was false)",
	}
	if diff := cmp.Diff(want, two.Diff(one)); diff != "" {
		t.Error(diff)
	}
}

func find(lines []string, line string) string {
	for _, l := range lines {
		if l == line {
			return l
		}
	}
	return ""
}

func TestPresetsAreValid(t *testing.T) {
	for _, name := range Presets() {
		for stage := 1; stage <= 2; stage++ {
			s, err := Preset(name, stage)
			if err == nil {
				err = s.Validate()
			}
			if err != nil {
				t.Errorf("%s, stage %d: %v", name, stage, err)
			}
		}
	}
	for _, wrong := range []struct {
		name  string
		stage int
	}{{"huge", 1}, {"tiny", 0}, {"tiny", 3}} {
		if _, err := Preset(wrong.name, wrong.stage); err == nil {
			t.Errorf("%+v is no error", wrong)
		}
	}
}

func TestSet(t *testing.T) {
	s := settings(t, "lr=0.5", " max_length = 99 ", "lengths=3, 99", "activation_checkpoints=true", "seed=18446744073709551615", "compute=bfloat16")
	if s.LR != 0.5 || s.MaxLength != 99 || !cmp.Equal([]int(s.Lengths), []int{3, 99}) || !s.ActivationCheckpoints || s.Seed != 1<<64-1 {
		t.Errorf("%+v", s)
	}
	var unknown UnknownKey
	if err := s.Set("learning_rate=1"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "lr, ") {
		t.Errorf("unknown key: %v", err)
	}
	for _, wrong := range []string{"lr", "lr=fast", "max_length=1.5", "seed=-1", "activation_checkpoints=maybe", "lengths=1,x", "preset=base", "stage=2"} {
		if err := s.Set(wrong); err == nil {
			t.Errorf("%s is no error", wrong)
		}
	}
	// What is written is read back; what a later version has is refused.
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Settings
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, back); diff != "" {
		t.Error(diff)
	}
	if err := json.Unmarshal([]byte(`{"momentum": 1}`), &back); err == nil {
		t.Error("an unknown setting was read")
	}
}

func TestValidate(t *testing.T) {
	for _, wrong := range []string{
		"total_steps=0", "batch_size=0", "max_length=2", "mask_rate=0", "mask_rate=1.1", "lr=-1", "lr=NaN", "clip=-1", "adam_beta2=1",
		"compute=int8", "loss_average=mean", "lengths=64,32", "checkpoint_steps=-1", "checkpoint_every=-1", "micro_tokens=0", "warmup_steps=-1",
	} {
		s := settings(t, wrong)
		key, _, _ := strings.Cut(wrong, "=")
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), key+"=") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// A run goes on by plain operations, but not in another dtype.
func TestConflict(t *testing.T) {
	old := settings(t)
	if got := settings(t, "compute=float32,plain", "micro_tokens=7").conflict(old); got != "" {
		t.Errorf("plain operations are refused: %s", got)
	}
	if got, want := settings(t, "compute=bfloat16,plain").conflict(old), "compute is float32 there and bfloat16 here"; got != want {
		t.Errorf("bfloat16: %q, want %q", got, want)
	}
	s := settings(t, "compute=float16")
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "float16") {
		t.Errorf("compute=float16: error %v", err)
	}
}
