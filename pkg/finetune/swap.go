package finetune

import (
	"reflect"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// Swap puts another checkpoint in the place of the trainer's, as for the next
// one of a pretraining run: rows and compiled graphs stay. Where more differs
// than the weights, be it a setting, the architecture or the tokenizer, ok is
// false and the trainer is as it was.
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
