package inline

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// Figures is the folder that drawings are saved in: MODERNBERT_FIGURES, else
// the project's figures.
func Figures() string {
	if dir := os.Getenv("MODERNBERT_FIGURES"); dir != "" {
		return dir
	}
	return Must(project.Path("figures"))
}

// Data is the folder of the results: data inside of Figures.
func Data() string { return filepath.Join(Figures(), "data") }

// TrainingCurve reads the run whose stages' folders MODERNBERT_RUN names
// (separated by commas), or else the result in Data.
func TrainingCurve() (*result.TrainingCurve, error) {
	if dirs := os.Getenv("MODERNBERT_RUN"); dirs != "" {
		return run.Curve(strings.Split(dirs, ",")...)
	}
	return result.Load[result.TrainingCurve](Data())
}

// Bench reads the measurement that MODERNBERT_BENCH names, or else the one in
// Data, or else the one that comes with the project: no run makes one.
func Bench() (*result.Bench, error) {
	if path := os.Getenv("MODERNBERT_BENCH"); path != "" {
		return result.ReadFile[result.Bench](path)
	}
	return bench((*result.Bench)(nil).Kind())
}

// GPUBench reads the measurement on a GPU, in Data or with the project.
func GPUBench() (*result.Bench, error) { return bench(result.GPUBench) }

func bench(name string) (*result.Bench, error) {
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
