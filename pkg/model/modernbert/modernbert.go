// Package modernbert builds ModernBERT (Warner et al. 2024; transformers'
// modeling_modernbert) as graph functions over named weights: token embeddings
// without positions, alternating global and local attention with rotary
// positions, gated MLPs, pre-norm layers without biases, and two heads.
package modernbert

import (
	"slices"

	"llmjp.internal/modernbert/pkg/model"
)

var _ model.Architecture = (*Config)(nil)

// Type returns config.json's model_type.
func (c *Config) Type() string { return "modernbert" }

// Dimensions returns the sizes that callers need.
func (c *Config) Dimensions() model.Dimensions {
	return model.Dimensions{
		Vocab: c.Vocab, Hidden: c.HiddenSize, Layers: c.Layers, MaxLength: c.MaxLength,
		Labels: c.Labels.Len(), PadID: c.PadID, Problem: c.Labels.Problem,
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
