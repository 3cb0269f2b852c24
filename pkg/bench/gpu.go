package bench

import (
	"fmt"
	"os/exec"
	"strings"
)

// gpu returns the name of the first GPU and its memory in bytes; ok is false
// if nvidia-smi finds none.
func gpu() (name string, memory int64, ok bool) {
	lines := nvidiaSMI("--query-gpu=name,memory.total")
	if len(lines) == 0 {
		return "", 0, false
	}
	name, mib, _ := strings.Cut(lines[0], ", ")
	if _, err := fmt.Sscan(mib, &memory); err != nil {
		return "", 0, false
	}
	return name, memory << 20, true
}

// gpuMemory returns the GPU memory in bytes that a process holds, its
// allocator's reserve and CUDA's own included. It returns 0 if nvidia-smi does
// not know the process.
func gpuMemory(pid int) (bytes int64) {
	for _, line := range nvidiaSMI("--query-compute-apps=pid,used_memory") {
		var p int
		var mib int64
		if n, _ := fmt.Sscanf(line, "%d, %d", &p, &mib); n == 2 && p == pid {
			bytes += mib << 20
		}
	}
	return bytes
}

// nvidiaSMI returns the lines of nvidia-smi's answer to a query, nil without a
// GPU.
func nvidiaSMI(query string) []string {
	out, err := exec.Command("nvidia-smi", query, "--format=csv,noheader,nounits").Output()
	if err != nil {
		return nil // no GPU
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
