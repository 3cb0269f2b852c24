package notebook

import (
	"errors"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// Figures returns the folder that drawings are saved in: MODERNBERT_FIGURES,
// else the project's figures.
func Figures() string {
	if dir := variable.Figures.Folder(); dir != "" {
		return dir
	}
	return Must(project.Path(variable.Figures.Standard))
}

// Work returns a folder in which a notebook makes runs or drawings of its own: below
// MODERNBERT_WORK, else below the project's runs.
func Work(name string) string { return filepath.Join(Must(variable.WorkFolder()), name) }

// Data returns the folder of the results: data below Figures.
func Data() string { return filepath.Join(Figures(), "data") }

// TrainingCurve reads the run whose stages' folders MODERNBERT_RUN names, or
// the result in Data.
func TrainingCurve() (*result.TrainingCurve, error) {
	if stages := variable.Run.List(); len(stages) > 0 {
		return run.Curve(stages...)
	}
	return result.Load[result.TrainingCurve](Data())
}

// Bench reads the measurement in MODERNBERT_BENCH, else the one in Data, else
// the one that comes with the project: no run makes one.
func Bench() (*result.Bench, error) {
	if files := variable.Bench.List(); len(files) > 0 {
		return result.ReadFile[result.Bench](files[0])
	}
	return benchNamed((*result.Bench)(nil).Kind())
}

// GPUBench reads the measurement on a GPU, in Data or with the project.
func GPUBench() (*result.Bench, error) { return benchNamed(result.GPUBench) }

func benchNamed(name string) (*result.Bench, error) {
	name += ".json"
	b, err := result.ReadFile[result.Bench](filepath.Join(Data(), name))
	if !errors.Is(err, os.ErrNotExist) {
		return b, err
	}
	committed, err := project.Path("figures", "data", name)
	if err != nil {
		return nil, err
	}
	return result.ReadFile[result.Bench](committed)
}
