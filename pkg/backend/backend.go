// Package backend opens what computes: XLA on CUDA, XLA on the CPU, or GoMLX's
// backend in Go. It is the only package that imports one of them.
package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"  // registers "go"
	_ "github.com/gomlx/go-xla/compute/xla" // registers "xla"
	"github.com/gomlx/go-xla/pjrt"

	"llmjp.internal/modernbert/pkg/backend/kind"
)

// Default is the backend's configuration where GOMLX_BACKEND is not set. It needs
// no plugin.
const Default = "go:parallelism=-1"

var (
	mu     sync.Mutex
	opened = map[string]compute.Backend{}
)

// Name returns the configuration that Open uses: GOMLX_BACKEND, or Default.
func Name() string {
	if name := os.Getenv(compute.ConfigEnvVar); name != "" {
		return name
	}
	return Default
}

// Open returns the process's backend, which the first call opens. It never falls
// back to another one: if the one that Name returns does not load, that is an
// error.
func Open() (compute.Backend, error) { return OpenNamed(Name()) }

// OpenNamed opens a backend by its configuration, such as
// "xla:/path/to/plugin.so,preallocate=false" or "go:parallelism=-1".
func OpenNamed(name string) (b compute.Backend, err error) {
	mu.Lock()
	defer mu.Unlock()
	if b, ok := opened[name]; ok {
		return b, nil
	}
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, fmt.Errorf("backend %q: %v; run scripts/modernbert doctor", name, r)
		}
	}()
	kind, rest, _ := strings.Cut(name, ":")
	if kind == "xla" {
		plugin, _, _ := strings.Cut(rest, ",")
		if filepath.IsAbs(plugin) {
			if _, err := os.Stat(plugin); err != nil {
				return nil, fmt.Errorf("backend %q: plugin %s is not there; run scripts/setup, or set GOMLX_BACKEND=%s", name, plugin, Default)
			}
			if !pjrt.IsCUDAName(plugin) {
				keepPrograms(plugin)
			}
		}
	}
	b, err = quietly(func() (compute.Backend, error) { return compute.NewWithConfig(forCUDA(name)) })
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w; run scripts/modernbert doctor", name, err)
	}
	if Kind(b) == "xla:cuda" {
		b = &windowed{b}
	}
	opened[name] = b
	return b, nil
}

// forCUDA returns the configuration with two defaults for XLA on CUDA, if it names
// that. float32 matrices are multiplied in float32, not in TF32, as torch does
// (option tf32). And no CUDA graphs are recorded (XLA_FLAGS, which forCUDA sets):
// XLA records them again at every execution whose buffers lie elsewhere, before
// the first kernel starts. On an H200 a training step of 22 layers took 101 ms with
// them and 94 ms without.
func forCUDA(name string) string {
	kind, rest, _ := strings.Cut(name, ":")
	plugin, options, _ := strings.Cut(rest, ",")
	if kind != "xla" || !pjrt.IsCUDAName(plugin) {
		return name
	}
	const graphs = "--xla_gpu_enable_command_buffer="
	if flags := os.Getenv("XLA_FLAGS"); !strings.Contains(flags, graphs) {
		_ = os.Setenv("XLA_FLAGS", strings.TrimSpace(flags+" "+graphs)) // fails only for a name or value with a NUL
	}
	if !strings.Contains(options, "tf32") {
		name += ",tf32=false"
	}
	return name
}

// quietly calls open without a standard output, which belongs to results: GoMLX's
// Go backend prints its settings there.
func quietly(open func() (compute.Backend, error)) (compute.Backend, error) {
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = nil // a write to it fails and does nothing
	return open()
}

// Kind returns "xla:cuda", "xla:cpu" or "go".
func Kind(b compute.Backend) string { return kind.Of(b) }
