package result

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Provenance says where the numbers of a result come from. It holds no date:
// the same experiment run twice gives the same file but for Seconds.
type Provenance struct {
	// Preset is the configuration's name ("tiny", "small", "base"), or the
	// hub id or folder of a model that was not trained here.
	Preset string `json:"preset,omitempty"`
	// Config is the SHA-256 of the model's config.json.
	Config string `json:"config,omitempty"`
	// Data are the inputs by name and digest.
	Data []Data `json:"data,omitempty"`
	Seed uint64 `json:"seed"`
	// Commit is the source's revision, "+dirty" if it was changed.
	Commit string `json:"commit,omitempty"`
	// Backend is the backend that computed: "xla:cuda", "xla:cpu", "go", with its device.
	Backend string `json:"backend,omitempty"`
	// Environment has the environment variables and options that change numbers
	// without being a setting, such as XLA_FLAGS; empty if none is set.
	Environment map[string]string `json:"environment,omitempty"`
	// Seconds is the wall time of the experiment.
	Seconds float64 `json:"seconds,omitempty"`
	// Notes say how the experiment differs from the paper's, such as a
	// substitute for data that is not to be had. They are printed with every
	// table.
	Notes []string `json:"notes,omitempty"`
}

// Data names one input of an experiment.
type Data struct {
	Name   string `json:"name"`
	Digest string `json:"digest,omitempty"` // SHA-256, in hexadecimal
}

// AddNotes adds the notes that are not there yet.
func (p *Provenance) AddNotes(notes ...string) {
	for _, n := range notes {
		if n != "" && !slices.Contains(p.Notes, n) {
			p.Notes = append(p.Notes, n)
		}
	}
}

// A Checkpoint names a model in a figure or table.
type Checkpoint struct {
	// Name is the name that readers see: "stage 1, 15k", "modernbert-ja-130m".
	Name string `json:"name"`
	// Stage (1 or 2) and Step place a checkpoint on a training run's line;
	// Stage is 0 for a baseline.
	Stage int `json:"stage,omitempty"`
	Step  int `json:"step"`
}

// Baseline tells whether the checkpoint lies on no training run of ours.
func (c Checkpoint) Baseline() bool { return c.Stage == 0 }

// Label returns the name, or stage and step where the name is empty.
func (c Checkpoint) Label() string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Baseline():
		return "baseline"
	default:
		return fmt.Sprintf("stage %d, %s", c.Stage, Steps(c.Step))
	}
}

// Steps writes a number of steps as the paper does: 500, 4k, 15k, 1.5k.
func Steps(n int) string {
	if n != 0 && n%100 == 0 && n >= 1000 {
		return fmt.Sprintf("%gk", float64(n)/1000)
	}
	return fmt.Sprint(n)
}

// Final tells whether no checkpoint of the list is a later one of the same
// stage. A baseline always is final.
func (c Checkpoint) Final(list []Checkpoint) bool {
	return c.Baseline() || !slices.ContainsFunc(list, func(d Checkpoint) bool { return d.Stage == c.Stage && d.Step > c.Step })
}

// before orders checkpoints by time: stage, then step.
func (c Checkpoint) before(d Checkpoint) bool {
	return c.Stage < d.Stage || c.Stage == d.Stage && c.Step < d.Step
}

// String says in one line where the numbers come from.
func (p Provenance) String() string {
	var parts []string
	add := func(format string, x any, known bool) {
		if known {
			parts = append(parts, fmt.Sprintf(format, x))
		}
	}
	add("preset %s", p.Preset, p.Preset != "")
	for _, d := range p.Data {
		parts = append(parts, d.Name)
	}
	add("seed %d", p.Seed, true)
	add("%s", p.Backend, p.Backend != "")
	for _, name := range slices.Sorted(maps.Keys(p.Environment)) {
		parts = append(parts, name+"="+p.Environment[name])
	}
	add("%.0f s", p.Seconds, p.Seconds > 0)
	add("source %s", p.Commit, p.Commit != "")
	return strings.Join(parts, "; ")
}
