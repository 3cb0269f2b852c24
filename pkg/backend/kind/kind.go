// Package kind tells what a backend computes on. It imports no backend, so that
// graphs can ask too.
package kind

import (
	"strings"

	"github.com/gomlx/compute"
)

// The kinds of backend.
const (
	CUDA = "xla:cuda" // XLA on a GPU
	CPU  = "xla:cpu"  // XLA on the CPU
	Go   = "go"       // GoMLX's own backend in Go
)

// Of returns a backend's kind. It is told by the name, and XLA's by the platform that
// the description names.
func Of(b compute.Backend) string {
	switch {
	case strings.HasPrefix(strings.ToLower(b.Name()), "go"):
		return Go
	case strings.Contains(strings.ToLower(b.Description()), "cuda"):
		return CUDA
	}
	return CPU
}
