package experiment

import (
	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/notebook"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

// Models lists the checkpoints of the stages that MODERNBERT_RUN names, in the
// order of training, then the models of MODERNBERT_MODELS. The list is empty
// where neither is set.
func Models() ([]models.Model, error) {
	showCompiling()
	refs := append(variable.Run.List(), variable.Models.List()...)
	if len(refs) == 0 {
		return nil, nil
	}
	return models.List(refs...)
}

// Model returns the model for a notebook about a single one: that of
// MODERNBERT_MODEL, which is the project's trained model unless it is set. The
// folder of a run stands for its last checkpoint.
func Model() (models.Model, error) {
	showCompiling()
	return last(variable.Model.List()...)
}

// showCompiling lets the cell say so where XLA compiles for longer than a moment. It
// is called where a cell comes by its models.
func showCompiling() {
	backend.OnCompile(func() func() { return notebook.Waiting("compiling the model") })
}

func last(refs ...string) (models.Model, error) {
	list, err := models.List(refs...)
	if err != nil {
		return models.Model{}, err
	}
	return list[len(list)-1], nil
}

// renew measures the models that the environment names, saves the result in
// Data and returns it. Where the environment names no model it reads the
// result that is there.
func renew[T any, P result.Pointer[T]](measure func([]models.Model) (P, error)) (P, error) {
	list, err := Models()
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		done := notebook.Waiting("measuring the models")
		found, err := measure(list)
		done()
		if err != nil {
			return nil, err
		}
		if err := result.Save(notebook.Data(), found); err != nil {
			return nil, err
		}
	}
	return result.Load[T, P](notebook.Data())
}
