package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/project"
)

// A Result is a value from which a figure or table is drawn.
type Result interface {
	// Kind names the type in files: "training-curve".
	Kind() string
	// Validate refuses a value that no experiment can have produced.
	Validate() error
}

// A Pointer lets Load and ReadFile return *T where *T is a Result.
type Pointer[T any] interface {
	*T
	Result
}

// An envelope is the form of a file.
type envelope struct {
	Kind   string          `json:"kind"`
	Result json.RawMessage `json:"result"`
}

// Path returns the file in which dir holds results of T's kind.
func Path[T any, P Pointer[T]](dir string) string {
	return filepath.Join(dir, P(new(T)).Kind()+".json")
}

// Load reads the result of T's kind from dir. The error wraps os.ErrNotExist
// where there is none yet.
func Load[T any, P Pointer[T]](dir string) (*T, error) {
	return ReadFile[T, P](Path[T, P](dir))
}

// Save writes r into dir under its kind's name.
func Save(dir string, r Result) error {
	return WriteFile(filepath.Join(dir, r.Kind()+".json"), r)
}

// ReadFile reads one result. A file of another kind, an unknown field or
// values that contradict each other are errors that name the file.
func ReadFile[T any, P Pointer[T]](path string) (*T, error) {
	path, err := project.Find(path)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := Decode[T, P](content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Decode reads the bytes of a result's file.
func Decode[T any, P Pointer[T]](content []byte) (*T, error) {
	var e envelope
	if err := input.DecodeKnown(content, &e); err != nil {
		return nil, err
	}
	r := P(new(T))
	if e.Kind != r.Kind() {
		return nil, fmt.Errorf("kind is %q, want %q", e.Kind, r.Kind())
	}
	if len(e.Result) == 0 || string(e.Result) == "null" {
		return nil, errors.New("field result is missing")
	}
	if err := input.DecodeKnown(e.Result, r); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	return (*T)(r), nil
}

// Encode returns the bytes of a result's file: the same value, the same bytes.
func Encode(r Result) ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Kind(), err)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Kind(), err)
	}
	whole, err := json.Marshal(envelope{r.Kind(), body})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Kind(), err)
	}
	return layout(whole), nil
}

// WriteFile writes a result whole or not at all. It makes the folder.
func WriteFile(path string, r Result) error {
	content, err := Encode(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return durable.Bytes(path, content)
}
