package programs

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// version is this package's own part of the keys.
const version = 1

// describe returns what decides machine code beside the program: the plugin's file,
// the CPU and the number of CPUs that the process may use, by which XLA splits work.
// The file's content is not read, as it has 200 MB: no change leaves its ctime.
func describe(plugin string) (string, error) {
	var file syscall.Stat_t
	if err := syscall.Stat(plugin, &file); err != nil {
		return "", fmt.Errorf("plugin %s: %w", plugin, err)
	}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	return fmt.Sprintln(version, file.Dev, file.Ino, file.Size, file.Mtim, file.Ctim, runtime.NumCPU(), cpu(string(text))), nil
}

// cpu returns the lines of /proc/cpuinfo that name the first CPU's model and
// instructions: those of x86, then those of ARM.
func cpu(info string) string {
	names := []string{
		"vendor_id", "cpu family", "model", "model name", "stepping", "flags",
		"CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features",
	}
	first, _, _ := strings.Cut(info, "\n\n")
	var lines []string
	for line := range strings.Lines(first) {
		if name, _, _ := strings.Cut(line, ":"); slices.Contains(names, strings.TrimSpace(name)) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
