// Package modernbert is ModernBERT (Warner et al. 2024; transformers'
// modeling_modernbert) as graph functions over named weights: token embeddings
// without positions, alternating global and local attention with rotary
// angles, gated MLPs, pre-norm without biases, and two heads.
package modernbert

import (
	"slices"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/fields"
)

var _ model.Architecture = (*Config)(nil)

// Type is config.json's model_type.
func (c *Config) Type() string { return "modernbert" }

// Dimensions are the sizes that callers need.
func (c *Config) Dimensions() model.Dimensions {
	return model.Dimensions{
		Vocab: c.Vocab, Hidden: c.HiddenSize, Layers: c.Layers, MaxLength: c.MaxLength,
		Labels: c.Labels.Len(), PadID: c.PadID, Problem: c.Labels.Problem,
	}
}

// WithLabels is the same encoder with a classifier of n outputs.
func (c *Config) WithLabels(n int, problem string) model.Architecture {
	clone := c.Clone()
	clone.Labels.Problem = problem
	if n != c.Labels.Len() {
		clone.Labels.Names = fields.NumberedLabels(n)
	}
	return clone
}

// WithLabelNames is the same classifier whose outputs have these names.
func (c *Config) WithLabelNames(names []string) model.Architecture {
	clone := c.Clone()
	clone.Labels.Names = slices.Clone(names)
	return clone
}
