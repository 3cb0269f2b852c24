package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/ranks"
)

// hardware describes the processor, its vector instructions and its memory. It
// never finds a fault.
func (m Machine) hardware(context.Context) Finding {
	found := fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	switch {
	case cpu.X86.HasAVX512F:
		found += " with AVX-512"
	case cpu.X86.HasAVX2:
		found += " with AVX2"
	}
	if memory := totalMemory(); memory > 0 {
		found += fmt.Sprintf(", %.0f GiB of memory", float64(memory)/(1<<30))
	}
	return Finding{Part: "machine", State: OK, Found: found}
}

// totalMemory returns the machine's memory in bytes, 0 if /proc does not tell.
func totalMemory() (bytes uint64) {
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	if _, err := fmt.Sscanf(string(content), "MemTotal: %d kB", &bytes); err != nil {
		return 0
	}
	return bytes << 10
}

// leastFree is the disk space, in bytes, that a small pretraining run and its
// checkpoints need.
const leastFree = 2 << 30

func (m Machine) disk(context.Context) Finding {
	var s unix.Statfs_t
	if err := unix.Statfs(m.Root, &s); err != nil {
		return Finding{"disk", Broken, fmt.Sprintf("%s: %v", m.Root, err), ""}
	}
	freeBytes := uint64(s.Bavail) * uint64(s.Bsize)
	f := Finding{Part: "disk", State: OK, Found: fmt.Sprintf("%.0f GiB free in %s", float64(freeBytes)/(1<<30), m.Root)}
	if freeBytes < leastFree {
		f.State = Missing
		f.Do = fmt.Sprintf("make room: checkpoints need some GiB, %d MiB are free", freeBytes>>20)
	}
	return f
}

// output runs a program for at most a minute and returns the first line of its
// output.
func output(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(program), err, lines[len(lines)-1])
	}
	return lines[0], nil
}

// The notebooks' kernel and scripts/modernbert build with the Go on the PATH.
func (m Machine) goTool(ctx context.Context) Finding {
	version, err := output(ctx, "go", "version")
	if err != nil {
		return Finding{"Go", Missing, err.Error(), "install Go (https://go.dev/dl/) and put it on the PATH"}
	}
	return Finding{Part: "Go", State: OK, Found: strings.TrimPrefix(version, "go version ")}
}

func (m Machine) compiler(ctx context.Context) Finding {
	name, err := output(ctx, "go", "env", "CC")
	if err == nil {
		name, _, _ = strings.Cut(name, " ")
		name, err = exec.LookPath(name)
	}
	if err != nil {
		return Finding{"C compiler", Missing, err.Error(), "install one (Debian and Ubuntu: apt-get install build-essential; macOS: xcode-select --install)"}
	}
	return Finding{Part: "C compiler", State: OK, Found: name}
}

// mpi says which MPI the program is built with, or how to get one.
func (m Machine) mpi(context.Context) Finding {
	if library := ranks.Library(); library != "" {
		return Finding{Part: "MPI", State: OK, Found: library + ": pretrain runs on as many hosts as mpirun or srun starts it"}
	}
	do := "run scripts/setup --mpi"
	if _, err := exec.LookPath("mpicc"); err != nil {
		do = "install Open MPI (Debian and Ubuntu: apt-get install openmpi-bin libopenmpi-dev) or MPICH (mpich libmpich-dev), then " + do
	}
	return Finding{Part: "MPI", State: Absent, Found: "only pretraining on many hosts needs it: to have it, " + do}
}

func (m Machine) cargo(ctx context.Context) Finding {
	version, err := output(ctx, "cargo", "--version")
	if err != nil {
		return Finding{Part: "cargo", State: Absent, Found: "only scripts/setup needs it, to build libtokenizers.a"}
	}
	return Finding{Part: "cargo", State: OK, Found: version}
}
