// Package backend opens the machine that computes: XLA on CUDA, XLA on the
// CPU, or GoMLX's backend in Go. It is the only package that imports one.
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
)

// Default is the backend when GOMLX_BACKEND says nothing: it needs no plugin.
const Default = "go:parallelism=-1"

var (
	mu     sync.Mutex
	opened = map[string]compute.Backend{}
)

// Name is the configuration that Open uses: GOMLX_BACKEND, or Default.
func Name() string {
	if name := os.Getenv(compute.ConfigEnvVar); name != "" {
		return name
	}
	return Default
}

// Open returns the process's backend, made at the first call. It never falls
// back to another one: what was asked for and does not load is an error.
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
		}
	}
	b, err = quietly(func() (compute.Backend, error) { return compute.NewWithConfig(name) })
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w; run scripts/modernbert doctor", name, err)
	}
	opened[name] = b
	return b, nil
}

// pieceBytes is how large the buffers of [Pieces] are.
const pieceBytes = 64 << 20

// Pieces says that no tensor of a program to come has more than so many bytes,
// but for a few. If they fit, XLA's CPU plugin is asked to hold a program's
// temporaries in buffers of 64 MiB instead of one: the C library then keeps
// them for the next execution, and their pages are not cleared anew. Larger
// tensors would each take a buffer, and much memory. It is for the whole
// process, before a plugin is loaded; XLA_FLAGS that say otherwise stay.
func Pieces(largest int) {
	const variable, flag = "XLA_FLAGS", "--xla_multiheap_size_constraint_per_heap"
	mu.Lock()
	defer mu.Unlock()
	flags := os.Getenv(variable)
	if largest > pieceBytes || len(opened) > 0 || !strings.Contains(Name(), "cpu") || strings.Contains(flags, flag) {
		return
	}
	_ = os.Setenv(variable, strings.TrimSpace(fmt.Sprintf("%s %s=%d", flags, flag, pieceBytes))) // the name is well formed
}

// quietly keeps what GoMLX's Go backend says of its setting off standard
// output, which belongs to results.
func quietly(open func() (compute.Backend, error)) (compute.Backend, error) {
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = nil // a write to it fails and does nothing
	return open()
}

// Kind is what a backend computes on: "xla:cuda", "xla:cpu" or "go".
func Kind(b compute.Backend) string {
	if strings.HasPrefix(strings.ToLower(b.Name()), "go") {
		return "go"
	}
	if strings.Contains(strings.ToLower(b.Description()), "cuda") {
		return "xla:cuda"
	}
	return "xla:cpu"
}
