package backend

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"XLA_FLAGS", "NVIDIA_TF32_OVERRIDE"} {
		t.Setenv(name, "")
	}
	t.Setenv("GOMLX_BACKEND", "xla:/a/tf32/plugin.so,preallocate=false")
	if got := Environment(); len(got) > 0 {
		t.Errorf("%v", got)
	}
	t.Setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
	t.Setenv("NVIDIA_TF32_OVERRIDE", "1")
	t.Setenv("GOMLX_BACKEND", "xla:/a/plugin.so,preallocate=false,tf32=true")
	want := map[string]string{"XLA_FLAGS": "--xla_cpu_enable_fast_math=true", "NVIDIA_TF32_OVERRIDE": "1", "GOMLX_BACKEND": "tf32=true"}
	if diff := cmp.Diff(want, Environment()); diff != "" {
		t.Error(diff)
	}
}
