package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/backend/programs"
)

// ProgramsVariable names the folder of compiled programs; "off" keeps none.
const ProgramsVariable = "MODERNBERT_PROGRAMS"

// Programs returns the folder that keeps what XLA compiles for the CPU, or why there
// is none: MODERNBERT_PROGRAMS, or modernbert/programs in the user's cache. XLA's own
// variables turn it off, as some of them ask XLA to show how it compiles.
func Programs() (string, error) {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "XLA_") && value != "" {
			return "", fmt.Errorf("%s is set", name)
		}
	}
	switch dir := os.Getenv(ProgramsVariable); dir {
	case "off":
		return "", fmt.Errorf("%s is off", ProgramsVariable)
	case "":
	default:
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: set %s", err, ProgramsVariable)
	}
	return filepath.Join(cache, "modernbert", "programs"), nil
}

// keepPrograms lets go-xla keep the programs that the plugin compiles, if there is a
// folder for them, and lets OnCompile know of them. Where it cannot, each process
// compiles and go-xla loads the plugin, or says what is wrong with it.
func keepPrograms(plugin string) {
	var store *programs.Store
	if dir, err := Programs(); err == nil {
		store, _ = programs.Open(dir, plugin) // nil with an error
	}
	_ = programs.Register(plugin, store)
}

// OnCompile makes begin the function that is called where XLA begins to compile a
// program, which takes seconds for a large model; what begin returns is called when
// the program is compiled.
func OnCompile(begin func() (done func())) { programs.OnCompile(begin) }
