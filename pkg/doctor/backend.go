package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
)

// cpuPlugin looks for XLA on the CPU.
func (m Machine) cpuPlugin(context.Context) Finding {
	const part = "XLA on CPU"
	found, err := size(filepath.Join(m.Root, ".local", "pjrt", "pjrt_c_api_cpu_plugin.so"))
	switch {
	case err == nil:
		return Finding{Part: part, State: OK, Found: "plugin of " + found}
	case runtime.GOOS != "linux" || runtime.GOARCH != "amd64":
		return Finding{Part: part, State: Absent, Found: "there is no plugin for " + runtime.GOOS + "/" + runtime.GOARCH + ": GoMLX's own backend in Go computes"}
	}
	return Finding{part, Absent, "no plugin: GoMLX's own backend in Go computes, several times slower", "run scripts/setup without GOMLX_BACKEND"}
}

// cuda looks for a GPU's driver and for XLA's plugin. A plugin without a driver
// is broken.
func (m Machine) cuda(context.Context) Finding {
	const part = "CUDA"
	plugin, pluginErr := size(filepath.Join(m.Root, ".local", "cuda", "lib", "xla_cuda_plugin.so"))
	version, driverErr := os.ReadFile(m.NVIDIA)
	driver, _, _ := strings.Cut(string(version), "\n")
	switch {
	case driverErr != nil && pluginErr != nil:
		return Finding{Part: part, State: Absent, Found: "no NVIDIA driver on this machine"}
	case driverErr != nil:
		return Finding{part, Broken, "XLA's plugin is there, but no NVIDIA driver", "install the driver; or rm -r .local/cuda to compute on the CPU"}
	case pluginErr != nil:
		return Finding{part, Absent, oneSpace(driver) + "; no plugin, the GPU is not used", "scripts/setup --cuda"}
	}
	return Finding{Part: part, State: OK, Found: fmt.Sprintf("plugin of %s; %s", plugin, oneSpace(driver))}
}

// allocator looks for the preloaded library of scripts/memory in this process.
func (m Machine) allocator(context.Context) Finding {
	const part = "allocator"
	if maps, err := os.ReadFile("/proc/self/maps"); err == nil && strings.Contains(string(maps), "/.local/memory.so") {
		return Finding{Part: part, State: OK, Found: "large blocks of XLA on the CPU are kept for their next use (scripts/memory)"}
	}
	f := Finding{Part: part, State: Absent, Found: "the C library's: XLA trains up to a half slower on the CPU"}
	switch {
	case runtime.GOOS != "linux":
	case strings.ContainsAny(m.Root, " \t"):
		f.Do = "move the clone to a folder without a space in its path: LD_PRELOAD cannot hold one"
	default:
		f.Do = "run scripts/setup and start the program by scripts/modernbert, without MODERNBERT_MEMORY=off"
	}
	return f
}

// programs looks for the compiled programs of XLA on the CPU.
func (m Machine) programs(context.Context) Finding {
	const part = "programs"
	dir, err := backend.Programs()
	if err != nil {
		return Finding{Part: part, State: Absent, Found: "XLA's compiled programs are not kept: " + err.Error()}
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "*.xla")) // fails for no such pattern
	return Finding{Part: part, State: OK, Found: fmt.Sprintf("%d compiled by XLA for this CPU are kept in %s", len(kept), dir)}
}

// computes opens the backend in use and runs a small graph on it.
func (m Machine) computes(context.Context) Finding {
	const part, way = "backend", "run scripts/setup; or set GOMLX_BACKEND=" + backend.Default + ", which needs no plugin"
	began := time.Now()
	b, err := backend.OpenNamed(m.Backend)
	if err != nil {
		return Finding{part, Broken, err.Error(), way}
	}
	if err := backend.Check(b); err != nil {
		return Finding{part, Broken, m.Backend + ": " + err.Error(), way}
	}
	return Finding{Part: part, State: OK, Found: fmt.Sprintf("%s, %s, first answer in %.1f s (%s)",
		backend.Kind(b), deviceCount(b.NumDevices()), time.Since(began).Seconds(), m.Backend)}
}

func deviceCount(n int) string {
	if n == 1 {
		return "1 device"
	}
	return fmt.Sprintf("%d devices", n)
}

func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }
