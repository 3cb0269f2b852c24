package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Run is what a pretraining run says of itself in its folder's run.json. A
// later version may add fields.
type Run struct {
	Provenance
	Stage      int      `json:"stage"`
	TotalSteps int      `json:"total_steps"`
	MaxLength  int      `json:"max_length"`
	Unigram    *Unigram `json:"unigram,omitempty"`
}

// maxTraining is how many training losses of a stage a curve keeps: more than
// a figure has pixels for would only make the file large.
const maxTraining = 500

// TrainingCurveFromRun reads the folders of the stages of a run, in their
// order: run.json, eval.jsonl (a line an Evaluation) and log.jsonl (a line a
// training step). The loss of step 0 is the evaluation's alone.
func TrainingCurveFromRun(dirs ...string) (*TrainingCurve, error) {
	if len(dirs) == 0 {
		return nil, errors.New("no folder of a run")
	}
	c := &TrainingCurve{}
	for i, dir := range dirs {
		run, stage, err := readStage(dir)
		if err != nil {
			return nil, err
		}
		c.Stages = append(c.Stages, stage)
		c.Provenance = join(c.Provenance, run.Provenance, i == 0)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%v: %w", dirs, err)
	}
	return c, nil
}

// join adds a later stage's provenance to the first one's.
func join(all, next Provenance, first bool) Provenance {
	if first {
		return next
	}
	for _, d := range next.Data {
		if !slices.Contains(all.Data, d) {
			all.Data = append(all.Data, d)
		}
	}
	all.AddNotes(next.Notes...)
	all.Seconds += next.Seconds
	return all
}

func readStage(dir string) (Run, Stage, error) {
	var run Run
	path := filepath.Join(dir, "run.json")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return run, Stage{}, fmt.Errorf("%s is not the folder of a pretraining run: it has no run.json", dir)
	}
	if err != nil {
		return run, Stage{}, err
	}
	if err := json.Unmarshal(content, &run); err != nil {
		return run, Stage{}, fmt.Errorf("%s: %w", path, err)
	}
	s := Stage{Stage: run.Stage, TotalSteps: run.TotalSteps, MaxLength: run.MaxLength, Unigram: run.Unigram}
	if s.Evaluations, err = readLines[Evaluation](filepath.Join(dir, "eval.jsonl")); err != nil {
		return run, s, err
	}
	log, err := readLines[struct {
		TrainingLoss
		Seconds float64 `json:"seconds"`
	}](filepath.Join(dir, "log.jsonl"))
	if err != nil {
		return run, s, err
	}
	every := (len(log) + maxTraining - 1) / maxTraining
	for i, l := range log {
		s.Seconds += l.Seconds
		if i%every == 0 {
			s.Training = append(s.Training, l.TrainingLoss)
		}
	}
	if run.Seconds == 0 {
		run.Seconds = s.Seconds
	}
	return run, s, nil
}

// readLines reads JSON lines; fields that T lacks are passed over, since logs
// say more than a figure needs. A last line that a crash cut short is left
// out; any other bad line is an error with its number.
func readLines[T any](path string) ([]T, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []T
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			if !lines.Scan() && content[len(content)-1] != '\n' {
				break
			}
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		out = append(out, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}
