// Package nn holds the operations that the encoders are made of, as functions
// on graph nodes: linear maps, layer norm, activations, rotary positions,
// attention, losses. Matrix products run in the dtype of their input; norms,
// activations and softmax in float32.
//
// plain.go defines them as the paper's formulas read. Beside the plain operation
// stands a fast one wherever the derived gradient or the plain order of
// computation costs time or memory:
//
//	plain              fast            what the fast one saves
//	PlainLinear        Linear          products with rounded matrices in the backward pass
//	PlainLayerNorm     LayerNorm       sums over rows that are zero but for rounding
//	PlainGatedLinear   GatedLinear     copies of both halves' gradients (GPU)
//	PlainRotate        Rope.Rotate     slices and concatenations in both passes
//	PlainAttention     Global, Local   the [seq, seq] weights in memory; masked blocks
//	PlainMaskedLMLoss  MaskedLMLoss    the [n, vocab] scores in memory
//
// A fast operation calls its plain one where model.Options.Plain is set. Tests
// compare values and gradients of the two.
package nn
