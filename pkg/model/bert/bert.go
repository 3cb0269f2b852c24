// Package bert builds BERT (Devlin et al. 2019; transformers' modeling_bert) as
// graph functions over named weights: the baselines' encoder, with learned
// absolute positions, token types, post-norm layers and biases everywhere.
package bert

import (
	"slices"

	"llmjp.internal/modernbert/pkg/model"
)

var _ model.Architecture = (*Config)(nil)

// Type returns config.json's model_type.
func (c *Config) Type() string { return "bert" }

// Dimensions returns the sizes that callers need.
func (c *Config) Dimensions() model.Dimensions {
	return model.Dimensions{
		Vocab: c.Vocab, Hidden: c.HiddenSize, Layers: c.Layers, MaxLength: c.MaxLength,
		Labels: c.Labels.Len(), PadID: c.PadID, Problem: c.Labels.Problem,
		Types: c.Types,
	}
}

// WithLabels returns the same encoder with a classifier of n outputs and
// transformers' problem_type.
func (c *Config) WithLabels(n int, problem string) model.Architecture {
	clone := c.Clone()
	clone.Labels = clone.Labels.With(n, problem)
	return clone
}

// WithLabelNames returns the same classifier with these names for its outputs.
func (c *Config) WithLabelNames(names []string) model.Architecture {
	clone := c.Clone()
	clone.Labels.Names = slices.Clone(names)
	return clone
}

// WithoutPooler returns the same encoder without a pooler on its bare body, as in a
// masked language model. The classifier keeps its pooler.
func (c *Config) WithoutPooler() *Config {
	clone := c.Clone()
	clone.NoPooler = true
	return clone
}
