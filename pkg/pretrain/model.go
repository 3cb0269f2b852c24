package pretrain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/text"
)

// model reads or makes the architecture, the tokenizer and the weights of step 0.
func (r *run) model() error {
	dir := r.opt.Init
	if dir == "" {
		config, err := r.settings.Architecture()
		if err != nil {
			return err
		}
		r.arch, dir = config, r.opt.Tokenizer
		r.params = config.Params(model.MaskedLM)
		r.start = model.Draw(r.params, r.settings.Seed)
	} else {
		c, err := checkpoint.Open(dir)
		if err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		if r.start, err = c.Load(model.MaskedLM); err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		r.arch, r.params = c.Arch, c.Arch.Params(model.MaskedLM)
		if name := notFinite(r.params, r.start); name != "" {
			return fmt.Errorf("--init: %s: %s holds a value that is not finite", dir, name)
		}
		if err := r.sayDropout(); err != nil {
			return err
		}
	}
	var err error
	if r.tok, err = text.Open(dir); err != nil {
		return err
	}
	d, special := r.arch.Dimensions(), r.tok.Special()
	switch {
	case r.tok.VocabSize() > d.Vocab:
		return fmt.Errorf("%s: the tokenizer has ids up to %d, the model's vocab_size is %d: they do not belong together", dir, r.tok.VocabSize()-1, d.Vocab)
	case special.Mask < 0:
		return fmt.Errorf("%s: the tokenizer has no mask token", dir)
	case r.settings.MaxLength > d.MaxLength:
		return fmt.Errorf("max_length=%d: the model takes %d tokens (max_position_embeddings)", r.settings.MaxLength, d.MaxLength)
	}
	return nil
}

// sayDropout says what of the model's config pretraining does not do: the
// paper's models have no dropout.
func (r *run) sayDropout() error {
	data, err := r.arch.ConfigJSON(model.MaskedLM)
	if err != nil {
		return err
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		rate, ok := config[name].(float64)
		if ok && rate > 0 && strings.Contains(name, "dropout") && !strings.HasPrefix(name, "classifier") {
			r.report("--init: %s=%g of the model is not used: pretraining is without dropout", name, rate)
		}
	}
	return nil
}
