// Package doctor examines a machine: what computing, notebooks and models of
// the hub need, what of it is there and works, and what to do about the rest.
package doctor

import (
	"context"
	"iter"
)

// State is how a part of the machine is.
type State string

// The states. Absent is what can be done without, Missing what cannot.
const (
	OK      State = "ok"
	Absent  State = "absent"
	Missing State = "MISSING"
	Broken  State = "BROKEN"
)

// Finding is what was found of one part.
type Finding struct {
	Part  string `json:"part"`
	State State  `json:"state"`
	Found string `json:"found"`
	Do    string `json:"do,omitempty"` // what to do about it; empty where nothing is to be done
}

// Machine is what is examined.
type Machine struct {
	Root    string // the project's folder
	Backend string // as GOMLX_BACKEND names it
	NVIDIA  string // the driver's version file, where there is a driver
}

// Here is the machine that the program runs on.
func Here(root, backend string) Machine {
	return Machine{Root: root, Backend: backend, NVIDIA: "/proc/driver/nvidia/version"}
}

// Examine looks at one part after another. The backend comes last: a plugin
// that crashes takes the process with it, and the other findings are out.
func (m Machine) Examine(ctx context.Context) iter.Seq[Finding] {
	checks := []func(context.Context) Finding{
		m.hardware, m.disk, m.goTool, m.compiler, m.cargo,
		m.tokenizers, m.fonts, m.data,
		m.jupyter, m.kernel, m.gopls, m.peer, m.hub, m.mpi,
		m.cpuPlugin, m.cuda, m.allocator, m.computes,
	}
	return func(yield func(Finding) bool) {
		for _, check := range checks {
			if ctx.Err() != nil || !yield(check(ctx)) {
				return
			}
		}
	}
}
