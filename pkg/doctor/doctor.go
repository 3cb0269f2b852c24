// Package doctor examines a machine: it tries every part that computing,
// notebooks and models of the hub need, and says what to do about those that are
// missing or broken.
package doctor

import (
	"context"
	"iter"
)

// A State rates a part of the machine.
type State string

// The states. An Absent part is optional, a Missing one is required.
const (
	OK      State = "ok"
	Absent  State = "absent"
	Missing State = "MISSING"
	Broken  State = "BROKEN"
)

// A Finding describes the state of one part.
type Finding struct {
	Part  string `json:"part"`
	State State  `json:"state"`
	Found string `json:"found"`
	Do    string `json:"do,omitempty"` // the remedy; empty if none is needed
}

// A Machine tells where to look for the parts.
type Machine struct {
	Root    string // the project's folder
	Backend string // in the form of GOMLX_BACKEND
	NVIDIA  string // the NVIDIA driver's version file; it exists only with a driver
}

// Here returns the machine that the program runs on.
func Here(root, backend string) Machine {
	return Machine{Root: root, Backend: backend, NVIDIA: "/proc/driver/nvidia/version"}
}

// Examine examines one part after another. The backend comes last: if its
// plugin crashes and ends the process, the other findings are already out.
func (m Machine) Examine(ctx context.Context) iter.Seq[Finding] {
	checks := []func(context.Context) Finding{
		m.hardware, m.disk, m.goTool, m.compiler, m.cargo,
		m.tokenizers, m.fonts, m.data, m.model,
		m.jupyter, m.kernel, m.gopls, m.peer, m.hub, m.mpi,
		m.cpuPlugin, m.cuda, m.allocator, m.programs, m.computes,
	}
	return func(yield func(Finding) bool) {
		for _, check := range checks {
			if ctx.Err() != nil || !yield(check(ctx)) {
				return
			}
		}
	}
}
