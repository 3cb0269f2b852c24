package run

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// maxTraining is the number of training losses of a stage that a curve keeps.
// More would only make the file large: a figure has fewer pixels.
const maxTraining = 500

// Curve reads the training curve from the folders of a run's stages, in their
// order; a folder may also hold both (see [Dirs]). The loss of step 0 is the
// validation's alone.
func Curve(paths ...string) (*result.TrainingCurve, error) {
	if len(paths) == 0 {
		return nil, errors.New("no folder of a run")
	}
	c := &result.TrainingCurve{}
	for _, path := range paths {
		path, err := project.Find(path)
		if err != nil {
			return nil, fmt.Errorf("run: %w", err)
		}
		dirs := Dirs(path)
		if len(dirs) == 0 {
			dirs = []string{path} // Read says why it is none
		}
		for _, dir := range dirs {
			d, stage, err := readStage(dir)
			if err != nil {
				return nil, err
			}
			c.Stages = append(c.Stages, stage)
			c.Provenance = join(c.Provenance, d.Provenance, len(c.Stages) == 1)
		}
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%v: %w", paths, err)
	}
	return c, nil
}

// join adds a later stage's provenance to the first one's.
func join(all, next result.Provenance, first bool) result.Provenance {
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

func readStage(dir string) (Description, result.Stage, error) {
	d, err := Read(dir)
	if err != nil {
		return d, result.Stage{}, err
	}
	s := result.Stage{Stage: d.Stage, TotalSteps: d.TotalSteps, MaxLength: d.MaxLength, Unigram: d.Unigram}
	s.Evaluations, err = readLines[result.Evaluation](filepath.Join(dir, EvalFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s has no %s: a curve needs the validations of pretrain, which --valid none switches off", dir, EvalFile)
	}
	if err != nil {
		return d, s, err
	}
	log, err := readLines[Line](filepath.Join(dir, LogFile))
	if err != nil {
		return d, s, err
	}
	every := (len(log) + maxTraining - 1) / maxTraining
	for i, l := range log {
		s.Seconds += l.Seconds
		if i%every == 0 {
			s.Training = append(s.Training, result.TrainingLoss{Step: l.Step, Loss: l.Loss})
		}
	}
	if d.Seconds == 0 {
		d.Seconds = s.Seconds
	}
	return d, s, nil
}

// Evaluations reads the validations of one stage's folder in their order; a run
// without validation has none.
func Evaluations(dir string) ([]result.Evaluation, error) {
	list, err := readLines[result.Evaluation](filepath.Join(dir, EvalFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return list, err
}

// readLines reads JSON lines; fields that T lacks are ignored, since logs hold
// more than a figure needs. It leaves out a last line that a crash cut short.
// Any other bad line is an error with its number.
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
		if err := input.Decode(line, &v); err != nil {
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
