package model

import "github.com/gomlx/compute"

// OnGPU says whether a backend is XLA on CUDA, which is known by cuDNN's
// attention. There memory is wide, a product transposes what it reads, and what
// costs is to start a program.
func OnGPU(b compute.Backend) bool {
	return b.Capabilities().Operations[compute.OpTypeFusedScaledDotProductAttentionVJP]
}
