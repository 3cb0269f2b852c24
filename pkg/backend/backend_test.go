package backend

import (
	"os"
	"testing"

	"github.com/gomlx/compute"
)

func TestPieces(t *testing.T) {
	const asked = "--xla_multiheap_size_constraint_per_heap=67108864"
	before := opened
	defer func() { opened = before }()
	for _, c := range []struct {
		backend, flags string
		largest        int
		opened         map[string]compute.Backend
		want           string
	}{
		{"xla:/lib/pjrt_c_api_cpu_plugin.so", "", 64 << 20, nil, asked},
		{"xla:/lib/pjrt_c_api_cpu_plugin.so", "--xla_dump_to=/tmp", 1, nil, "--xla_dump_to=/tmp " + asked},
		{"xla:/lib/pjrt_c_api_cpu_plugin.so", "", 64<<20 + 1, nil, ""},
		{"xla:/lib/pjrt_c_api_cpu_plugin.so", "--xla_multiheap_size_constraint_per_heap=-1", 1, nil, "--xla_multiheap_size_constraint_per_heap=-1"},
		{"xla:/lib/pjrt_c_api_cpu_plugin.so", "", 1, map[string]compute.Backend{"xla": nil}, ""},
		{"xla:/lib/xla_cuda_plugin.so", "", 1, nil, ""},
		{"go:parallelism=-1", "", 1, nil, ""},
	} {
		t.Setenv(compute.ConfigEnvVar, c.backend)
		t.Setenv("XLA_FLAGS", c.flags)
		opened = c.opened
		Pieces(c.largest)
		if got := os.Getenv("XLA_FLAGS"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
