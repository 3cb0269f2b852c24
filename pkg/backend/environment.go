package backend

import (
	"os"
	"strings"
)

// Environment returns what the process's environment changes of computed numbers,
// for a result's provenance: XLA_FLAGS, NVIDIA_TF32_OVERRIDE, and of GOMLX_BACKEND
// the tf32 option; nil if none is set.
func Environment() map[string]string {
	out := map[string]string{}
	for _, name := range []string{"XLA_FLAGS", "NVIDIA_TF32_OVERRIDE"} {
		if value := os.Getenv(name); value != "" {
			out[name] = value
		}
	}
	for option := range strings.SplitSeq(Name(), ",") {
		if strings.HasPrefix(option, "tf32") || option == "notf32" {
			out["GOMLX_BACKEND"] = option
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
