package finetune

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"testing"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/jglue"
)

// childEnv holds the settings of a process that is this test's binary and
// makes a run instead of testing: XLA reads its flags once a process.
const childEnv = "FINETUNE_TEST_CONFIG"

func TestMain(m *testing.M) {
	text := os.Getenv(childEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	if err := child(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var deviceSetting = Setting{LR: 1e-3, Epochs: 2, Seed: 3}

// child prints a run of these settings.
func child(text string) error {
	var config Config
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return err
	}
	t, err := Open(context.Background(), config)
	if err != nil {
		return err
	}
	defer t.Close()
	run, err := t.Run(context.Background(), deviceSetting, nil)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(run)
}

// Two devices that share each batch make the run that one makes.
func TestDevicesShareABatch(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	if backend.Kind(b) != "xla:cpu" {
		t.Skip("the CPU's virtual devices are XLA's")
	}
	training, validation := some(t, jglue.JCoLA, 19, 12) // two batches of 8 and one of 3
	config := Config{Task: jglue.JCoLA, Model: smallModel(t, "modernbert", nil), Train: training, Valid: validation, BatchSize: 8, MaxLength: 24}
	want, err := open(t, config).Run(context.Background(), deviceSetting, nil)
	if err != nil {
		t.Fatal(err)
	}
	config.Devices = 2
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text), "XLA_FLAGS=--xla_force_host_platform_device_count=2")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got Run
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Log) != len(want.Log) || len(got.Scores) != len(want.Scores) {
		t.Fatalf("%d updates and %d scores, want %d and %d", len(got.Log), len(got.Scores), len(want.Log), len(want.Scores))
	}
	for i, u := range want.Log {
		near(t, i+1, "loss", got.Log[i].Loss, u.Loss, 1e-5*u.Loss)
		near(t, i+1, "gradient", got.Log[i].GradNorm, u.GradNorm, 1e-4*u.GradNorm)
	}
	for i, s := range want.Scores {
		near(t, i, "logit", float64(got.Scores[i]), float64(s), 1e-4*math.Max(1, math.Abs(float64(s))))
	}
}
