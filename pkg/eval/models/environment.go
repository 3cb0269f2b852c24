package models

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// The environment variables by which notebooks are told their models. What
// they name is looked for in the working directory, then in the project's.
const (
	runVariable    = "MODERNBERT_RUN"    // folders of a run's stages, separated by commas
	ModelsVariable = "MODERNBERT_MODELS" // other models, directories or hub ids, separated by commas
	modelVariable  = "MODERNBERT_MODEL"  // the model of a notebook that looks at one
)

// FromEnvironment lists the checkpoints of the stages that MODERNBERT_RUN
// names, in the order of time, then the models of MODERNBERT_MODELS. The list
// is empty where neither is set.
func FromEnvironment() ([]Model, error) {
	refs := append(Refs(runVariable), Refs(ModelsVariable)...)
	if len(refs) == 0 {
		return nil, nil
	}
	return List(refs...)
}

// One is the model for a notebook that looks at a single one: that of
// MODERNBERT_MODEL, else the last checkpoint of MODERNBERT_RUN, else that of
// the greatest preset that scripts/reproduce has run.
func One() (Model, error) {
	refs := Refs(modelVariable)
	if len(refs) == 0 {
		refs = Refs(runVariable)
	}
	if len(refs) == 0 {
		refs = reproduced()
	}
	if len(refs) == 0 {
		return Model{}, errors.New("there is no model yet: run scripts/reproduce (minutes), or set " + modelVariable + " to a model's directory or hub id")
	}
	list, err := List(refs...)
	if err != nil {
		return Model{}, err
	}
	return list[len(list)-1], nil
}

// Renew finds out something about the models that the environment names and
// keeps it in the folder dir, whose result it returns. Where the environment
// names no model the result that is there is read.
func Renew[T any, P result.Pointer[T]](dir string, find func([]Model) (P, error)) (P, error) {
	list, err := FromEnvironment()
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		found, err := find(list)
		if err != nil {
			return nil, err
		}
		if err := result.Save(dir, found); err != nil {
			return nil, err
		}
	}
	return result.Load[T, P](dir)
}

// Number is a variable's value, which has to be 1 or more; otherwise is the
// one for a variable that is not set.
func Number(variable string, otherwise int) (int, error) {
	value := strings.TrimSpace(os.Getenv(variable))
	if value == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q: a whole number is needed, 1 or more", variable, value)
	}
	return n, nil
}

// Refs are a variable's parts between commas: models, or files and globs. A
// relative path that is not here is looked for in the project.
func Refs(variable string) []string {
	var refs []string
	for _, ref := range strings.Split(os.Getenv(variable), ",") {
		if ref = strings.TrimSpace(ref); ref == "" {
			continue
		}
		if path, err := project.Path(filepath.FromSlash(ref)); err == nil && !filepath.IsAbs(ref) && !found(ref) && found(path) {
			ref = path
		}
		refs = append(refs, ref)
	}
	return refs
}

func found(pattern string) bool {
	matches, err := filepath.Glob(pattern)
	return exists(pattern) || err == nil && len(matches) > 0
}

// reproduced returns the folder of the greatest preset's run in the project
// that has a checkpoint.
func reproduced() []string {
	for _, preset := range []string{"base", "small", "tiny"} {
		if dir, err := project.Path("runs", preset); err == nil {
			if all, err := run.Models(dir); err == nil && len(all) > 0 {
				return []string{dir}
			}
		}
	}
	return nil
}
