package finetune

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/compute"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// A Trainer holds a model and a task's rows, ready for runs. One goroutine at a time
// may call its methods.
type Trainer struct {
	// Config is the configuration that Open received; its MaxLength is the length in
	// tokens that rows are cut to.
	Config Config
	Arch   model.Architecture
	// Fresh names the weights that the checkpoint lacks. Each run draws them by its
	// seed.
	Fresh []string

	asked   Config // Config as it was asked for, with the defaults
	backend compute.Backend
	tok     text.Tokenizer
	params  []model.Param
	values  model.Values // of the checkpoint

	train, valid set

	planner train.Planner
	step    *train.Step
	scorer  *encoder.Encoder // computes with the step's weights
}

// set is one split of the task.
type set struct {
	examples []jglue.Example
	rows     []encoder.Row
	labels   []float64
	cut      int // rows that were longer than MaxLength
}

// Open reads the task's rows and the model. Close frees the device's memory.
func Open(ctx context.Context, config Config) (_ *Trainer, err error) {
	config = config.WithDefaults()
	t := &Trainer{Config: config, asked: config}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	if t.train.examples, t.valid.examples, err = t.Config.Read(); err != nil {
		return nil, err
	}
	if t.backend, err = backend.Open(); err != nil {
		return nil, err
	}
	if err := t.openModel(); err != nil {
		return nil, err
	}
	return t, t.encode(ctx)
}

// openModel reads the weights and puts them on the device.
func (t *Trainer) openModel() error {
	c, err := checkpoint.Open(t.Config.Model)
	if err != nil {
		return err
	}
	if t.Arch, t.values, t.Fresh, err = t.load(c); err != nil {
		return err
	}
	if t.tok, err = text.Open(t.Config.Model); err != nil {
		return err
	}
	t.params = t.Arch.Params(model.SequenceClassification)
	t.planner = planner(backend.Kind(t.backend), t.Config)
	if t.step, err = train.NewStep(t.backend, t.params, t.loss, optimizer, t.Config.Devices, splitInputs...); err != nil {
		return err
	}
	if err := t.reset(0); err != nil {
		return err
	}
	t.scorer, err = encoder.New(t.backend, t.Arch, model.SequenceClassification, t.step.Weights(), t.tok)
	if err != nil {
		return err
	}
	t.scorer.Name = t.Config.Name
	return nil
}

// load reads a checkpoint's weights as those of the task's classifier and
// returns the names of the missing ones.
func (t *Trainer) load(c *checkpoint.Checkpoint) (model.Architecture, model.Values, []string, error) {
	task := t.Config.Task
	arch, values, fresh, err := c.LoadFineTune(task.Outputs, task.Problem, 0)
	if err == nil && !task.Regression() {
		arch = arch.WithLabelNames(task.Labels)
	}
	return arch, values, fresh, err
}

// encode tokenizes both splits.
func (t *Trainer) encode(ctx context.Context) (err error) {
	if t.Config.MaxLength, err = t.scorer.MaxLength(t.Config.MaxLength); err != nil {
		return err
	}
	t.planner.Lengths = train.Ladder(t.Config.MaxLength)
	types := tokenTypes(t.Arch, t.tok)
	for _, s := range []*set{&t.train, &t.valid} {
		s.labels = jglue.Labels(s.examples)
		s.rows, s.cut, err = jglue.Rows(ctx, t.tok, t.Config.Task, s.examples, t.Config.MaxLength, types)
		if err != nil {
			return err
		}
		for i, row := range s.rows {
			if err := t.scorer.Check(row); err != nil {
				return fmt.Errorf("%s: %w", s.examples[i].Where, err)
			}
		}
	}
	return nil
}

// tokenTypes reports whether rows have token types: if the model has them,
// unless the tokenizer's model_input_names leave them out (as in
// transformers).
func tokenTypes(arch model.Architecture, tok text.Tokenizer) bool {
	var config struct {
		Inputs []string `json:"model_input_names"`
	}
	if input.Decode(tok.Files()["tokenizer_config.json"], &config) == nil && config.Inputs != nil &&
		!slices.Contains(config.Inputs, "token_type_ids") {
		return false
	}
	return arch.Dimensions().Types > 0
}

// reset puts the checkpoint's weights on the device, draws the missing ones by
// the seed, and starts a new optimizer.
func (t *Trainer) reset(seed uint64) error {
	for _, p := range t.params {
		if slices.Contains(t.Fresh, p.Name) {
			t.values[p.Name] = p.Draw(seed)
		}
	}
	return t.step.SetState(train.State{Weights: t.values})
}

// Rows returns the numbers of training and validation rows.
func (t *Trainer) Rows() (training, validation int) { return len(t.train.rows), len(t.valid.rows) }

// Cut returns the number of rows that were longer than MaxLength and lost
// their ends.
func (t *Trainer) Cut() int { return t.train.cut + t.valid.cut }

// Close frees the device's memory.
func (t *Trainer) Close() {
	if t.scorer != nil {
		t.scorer.Close()
	}
	if t.step != nil {
		t.step.Close()
	}
}
