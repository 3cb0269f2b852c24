package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// Host describes this machine, with the peak that the rows measured: for each
// element type the fastest matrix product of any program.
// kind is the backend's: with "xla:cuda" the machine is the GPU.
func Host(kind string, rows []result.BenchRow) result.Machine {
	m := result.Machine{Name: processor(), Cores: runtime.NumCPU(), Memory: memory(), Peak: map[string]float64{}}
	if name, bytes, ok := gpu(); ok && kind == "xla:cuda" {
		m.Name, m.Memory = name, bytes
	}
	for _, r := range rows {
		if r.Task == Matmul {
			rate, _, _ := finding.Rate(r)
			m.Peak[r.Compute] = max(m.Peak[r.Compute], rate)
		}
	}
	return m
}

// processor is the name in /proc/cpuinfo, else the architecture.
func processor() string {
	if name := field("/proc/cpuinfo", "model name"); name != "" {
		return fmt.Sprintf("%s, %d cores", name, runtime.NumCPU())
	}
	return fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// memory is the machine's in bytes, 0 where it is not known.
func memory() int64 {
	var kib int64
	if _, err := fmt.Sscan(field("/proc/meminfo", "MemTotal"), &kib); err != nil {
		return 0
	}
	return kib << 10
}

// field is what stands behind a name and a colon in a file of the system.
func field(path, name string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if before, after, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(before) == name {
			return strings.TrimSpace(after)
		}
	}
	return ""
}
