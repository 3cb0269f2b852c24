package finetune

import (
	"fmt"
	"math"
	"os"

	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/train"
)

// The authors' settings.
const (
	BatchSize = 32
	MaxLength = 512
)

// optimizer is torch's AdamW as the authors' script makes it.
var optimizer = train.AdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}

// A Config holds what the runs of a sweep share.
type Config struct {
	Task  jglue.Task
	Model string // directory in Hugging Face format
	Name  string // the user's name for the model; "" is Model
	// Checkpoint labels the model in tables and figures.
	Checkpoint   result.Checkpoint
	Train, Valid []string // files of the task, by path or glob
	BatchSize    int      // 0 is 32
	MaxLength    int      // tokens of a row; 0 is 512; the model may take fewer
	Devices      int      // that share each batch; 0 is 1
	Rows         int      // of each split, the first ones; 0 is all
}

// WithDefaults fills in the authors' settings and the model's name.
func (c Config) WithDefaults() Config {
	if c.Name == "" {
		c.Name = c.Model
	}
	for _, d := range []struct {
		value    *int
		standard int
	}{{&c.BatchSize, BatchSize}, {&c.MaxLength, MaxLength}, {&c.Devices, 1}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	return c
}

// UseProjectRows fills in the project's files (data/jglue) for a split without
// files. They do not include JNLI's training labels: it takes the official file if
// the user has put it there as train.json, else the recovered rows that replace it.
func (c *Config) UseProjectRows() error {
	for _, part := range []struct {
		files *[]string
		names []string
	}{{&c.Train, []string{"train.json", "train-recovered.json"}}, {&c.Valid, []string{"valid.json"}}} {
		for _, name := range part.names {
			if len(*part.files) > 0 {
				break
			}
			path, err := project.Path("data", "jglue", c.Task.Key(), name)
			if err != nil {
				return err
			}
			if _, err := os.Stat(path); err == nil || name == part.names[len(part.names)-1] {
				*part.files = []string{path}
			}
		}
	}
	return nil
}

// Read reads the rows of both splits.
func (c Config) Read() (training, validation []jglue.Example, err error) {
	if training, err = jglue.Read(c.Task, c.Train...); err != nil {
		return nil, nil, fmt.Errorf("training rows: %w", err)
	}
	if validation, err = jglue.Read(c.Task, c.Valid...); err != nil {
		return nil, nil, fmt.Errorf("validation rows: %w", err)
	}
	if c.Rows > 0 {
		training, validation = training[:min(c.Rows, len(training))], validation[:min(c.Rows, len(validation))]
	}
	return training, validation, nil
}

// A Setting holds what distinguishes a run from the others of a sweep.
type Setting struct {
	LR     float64 `json:"lr"` // of the first update; it falls to 0 linearly
	Epochs int     `json:"epochs"`
	// Seed decides the classifier's first weights, the order of the rows and
	// dropout.
	Seed uint64 `json:"seed"`
}

// Validate returns an error for a setting that no run can have.
func (s Setting) Validate() error {
	switch {
	case !(s.LR > 0) || math.IsInf(s.LR, 0):
		return fmt.Errorf("learning rate %g is not a positive number", s.LR)
	case s.Epochs < 1:
		return fmt.Errorf("%d epochs: at least 1 is needed", s.Epochs)
	}
	return nil
}

// String names the setting; the name also serves as a file name.
func (s Setting) String() string {
	return fmt.Sprintf("lr=%g,epochs=%d,seed=%d", s.LR, s.Epochs, s.Seed)
}
