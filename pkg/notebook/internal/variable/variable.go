// Package variable names the environment variables that the notebooks read, and
// reads them. Nothing outside of package notebook may.
package variable

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/project"
)

// A Variable is an environment variable that a notebook reads. Standard is its
// value where it is not set; "" where a notebook's default is no literal.
type Variable struct{ Name, Standard string }

// The variables of all notebooks. The table at the top of a notebook names
// those that its cells read; a test compares them.
var (
	Figures = Variable{"MODERNBERT_FIGURES", "figures"} // folder of drawings, and of results in its data

	Work   = Variable{"MODERNBERT_WORK", "runs"}               // folder in which a notebook makes runs and drawings of its own
	Run    = Variable{"MODERNBERT_RUN", ""}                    // folders of a run's stages
	Models = Variable{"MODERNBERT_MODELS", ""}                 // models beside the run's: directories or hub ids
	Model  = Variable{"MODERNBERT_MODEL", "data/models/small"} // model of a notebook about a single one

	Results = Variable{"MODERNBERT_RESULTS", ""} // folders of results, one a run

	Bench = Variable{"MODERNBERT_BENCH", ""} // file that the command bench wrote

	Tokenizer = Variable{"MODERNBERT_TOKENIZER", "data/tokenizer"}
	Baseline  = Variable{"MODERNBERT_BASELINE", "data/wordpiece"}
	Texts     = Variable{"MODERNBERT_TEXTS", "data/corpus/valid.jsonl.gz"}

	Preset = Variable{"MODERNBERT_PRESET", "tiny"}
	Steps  = Variable{"MODERNBERT_STEPS", "20"}
	Output = Variable{"MODERNBERT_OUTPUT", ""} // folder of the run, or of the sweeps, that a notebook makes

	Sweeps      = Variable{"MODERNBERT_SWEEPS", ""} // folders of finished sweeps
	Tasks       = Variable{"MODERNBERT_TASKS", "jsts,jnli,jcola"}
	Grid        = Variable{"MODERNBERT_GRID", "lr=3e-4,3e-3 epochs=1,2"}
	Rows        = Variable{"MODERNBERT_ROWS", "128"}      // of each split; 0 is all
	Checkpoints = Variable{"MODERNBERT_CHECKPOINTS", "2"} // of each stage, evenly spaced; 0 is all

	Sentences = Variable{"MODERNBERT_SENTENCES", "data/fill-mask.jsonl"}

	Documents = Variable{"MODERNBERT_DOCUMENTS", "data/corpus/valid.jsonl.gz"}
	Bins      = Variable{"MODERNBERT_BINS", ""}
	PerBin    = Variable{"MODERNBERT_PER_BIN", ""}
	Positions = Variable{"MODERNBERT_POSITIONS", ""}

	Pairs       = Variable{"MODERNBERT_PAIRS", ""}
	Passages    = Variable{"MODERNBERT_PASSAGES", ""}
	Random      = Variable{"MODERNBERT_RANDOM", ""}       // number of random pairs
	RandomTexts = Variable{"MODERNBERT_RANDOM_TEXTS", ""} // texts that random pairs are drawn from
)

// Value returns what the variable is set to, "" where it is not set. At its beginning
// $MODERNBERT_WORK stands for the folder of Work.
func (v Variable) Value() string {
	value := strings.TrimSpace(os.Getenv(v.Name))
	if rest, ok := strings.CutPrefix(value, "$"+Work.Name); ok && v != Work {
		if dir, err := WorkFolder(); err == nil {
			return dir + rest
		}
	}
	return value
}

// WorkFolder returns the folder of Work, by default the project's runs.
func WorkFolder() (string, error) {
	v := Work
	if dir := v.Folder(); dir != "" {
		return dir, nil
	}
	return project.Path(v.Standard)
}

// Text returns the variable's value or its standard one.
func (v Variable) Text() string { return cmp.Or(v.Value(), v.Standard) }

// Number returns the variable's value, which is at least least, or standard
// where the variable is not set.
func (v Variable) Number(least, standard int) (int, error) {
	value := v.Value()
	if value == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least {
		return 0, fmt.Errorf("%s is %q: a whole number is needed, %d or more", v.Name, value, least)
	}
	return n, nil
}

// Count returns the variable's value or its standard one, a number from 0.
func (v Variable) Count() (int, error) {
	standard, err := strconv.Atoi(v.Standard)
	if err != nil {
		return 0, fmt.Errorf("%s has no number as its standard: %w", v.Name, err)
	}
	return v.Number(0, standard)
}

// List returns the parts of the variable's text between commas.
func (v Variable) List() (parts []string) {
	for _, part := range strings.Split(v.Text(), ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Folder returns the folder that the variable names, "" where it is not set:
// by the rule of project.Find, and where nothing is there yet, from the
// working directory.
func (v Variable) Folder() string {
	if found, err := project.Find(v.Value()); err == nil && v.Value() != "" {
		return found
	}
	return v.Value()
}
