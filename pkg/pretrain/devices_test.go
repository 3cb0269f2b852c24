package pretrain

import (
	"testing"

	"llmjp.internal/modernbert/pkg/backend"
)

// Two devices give one device's losses, and a run may go on with another
// number of devices: the batches are the same.
func TestDevicesShareABatch(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	if backend.Kind(b) != "xla:cpu" {
		t.Skip("the CPU's virtual devices are XLA's")
	}
	assignments := append(append([]string{}, small...), "batch_size=5", "micro_tokens=160", "eval_every=0", "total_steps=6")
	one, two := options(t, assignments...), options(t, assignments...)
	mustRun(t, one)
	two.Devices, two.Steps = 2, 3
	_, done := startChild(t, childOf(two), "XLA_FLAGS=--xla_force_host_platform_device_count=2")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	two.Devices, two.Steps = 1, 0
	if s := mustRun(t, two); s.Steps != 3 {
		t.Fatalf("%d steps on one device after 3 on two", s.Steps)
	}
	want, got := untimed(t, one.Output), untimed(t, two.Output)
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range want {
		near(t, "loss", got[i].Loss, want[i].Loss, 1e-5)
		near(t, "grad_norm", got[i].GradNorm, want[i].GradNorm, 1e-4)
		if got[i].MaskedTokens != want[i].MaskedTokens || got[i].Tokens != want[i].Tokens {
			t.Errorf("step %d: another batch: %+v, want %+v", i+1, got[i], want[i])
		}
	}
	if want[0].Padding == got[0].Padding {
		t.Error("five documents on two devices should have an empty row: were there two?")
	}
}
