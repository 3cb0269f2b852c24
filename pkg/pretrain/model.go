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
func (s *session) model() error {
	dir := s.opt.Init
	if dir == "" {
		config, err := s.settings.Architecture()
		if err != nil {
			return err
		}
		s.arch, dir = config, s.opt.Tokenizer
		s.params = config.Params(model.MaskedLM)
		s.start = model.Draw(s.params, s.settings.Seed)
	} else {
		c, err := checkpoint.Open(dir)
		if err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		if s.start, err = c.Load(model.MaskedLM); err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		s.arch, s.params = c.Arch, c.Arch.Params(model.MaskedLM)
		if name := notFinite(s.params, s.start); name != "" {
			return fmt.Errorf("--init: %s: %s holds a value that is not finite", dir, name)
		}
		if err := s.reportDropout(); err != nil {
			return err
		}
	}
	var err error
	if s.tok, err = text.Open(dir); err != nil {
		return err
	}
	d, special := s.arch.Dimensions(), s.tok.Special()
	switch {
	case s.tok.VocabSize() > d.Vocab:
		return fmt.Errorf("%s: the tokenizer has ids up to %d, the model's vocab_size is %d: they do not belong together", dir, s.tok.VocabSize()-1, d.Vocab)
	case special.Mask < 0:
		return fmt.Errorf("%s: the tokenizer has no mask token", dir)
	case s.settings.MaxLength > d.MaxLength:
		return fmt.Errorf("max_length=%d: the model takes %d tokens (max_position_embeddings)", s.settings.MaxLength, d.MaxLength)
	}
	return nil
}

// reportDropout reports the dropout rates in the model's config, which
// pretraining does not use: the paper's models have no dropout.
func (s *session) reportDropout() error {
	data, err := s.arch.ConfigJSON(model.MaskedLM)
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
			s.report("--init: %s=%g of the model is not used: pretraining is without dropout", name, rate)
		}
	}
	return nil
}
