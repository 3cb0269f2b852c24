package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// Host describes this machine for a kind of backend; with "xla:cuda" it
// describes the GPU. The peak for each element type is the fastest matrix
// product among the rows, by any program.
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

// processor returns the name in /proc/cpuinfo, else the architecture, and the
// number of cores.
func processor() string {
	if name := field("/proc/cpuinfo", "model name"); name != "" {
		return fmt.Sprintf("%s, %d cores", name, runtime.NumCPU())
	}
	return fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// memory returns the machine's memory in bytes, 0 if /proc does not tell.
func memory() int64 {
	var kib int64
	if _, err := fmt.Sscan(field("/proc/meminfo", "MemTotal"), &kib); err != nil {
		return 0
	}
	return kib << 10
}

// field returns the text after the name and a colon in a file of /proc, "" if
// there is none.
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
