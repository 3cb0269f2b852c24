package finetune

import (
	"reflect"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// Swap replaces the trainer's checkpoint by another, such as the next one of a
// pretraining run, and keeps the rows and the compiled graphs. If a setting,
// the architecture or the tokenizer differs, ok is false and the trainer stays
// as it was.
func (t *Trainer) Swap(config Config) (ok bool, err error) {
	config = config.WithDefaults()
	asked := t.asked
	asked.Model, asked.Name, asked.Checkpoint = config.Model, config.Name, config.Checkpoint
	if !reflect.DeepEqual(asked, config) {
		return false, nil
	}
	c, err := checkpoint.Open(config.Model)
	if err != nil {
		return false, err
	}
	arch, values, fresh, err := t.load(c)
	if err != nil {
		return false, err
	}
	if same, err := t.scorer.Same(arch, config.Model); !same || err != nil {
		return false, err
	}
	t.values, t.Fresh, t.asked = values, fresh, config
	t.Config.Model, t.Config.Name, t.Config.Checkpoint = config.Model, config.Name, config.Checkpoint
	t.scorer.Name = config.Name
	return true, t.reset(0)
}
