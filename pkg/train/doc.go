// Package train implements the optimizer step of pretraining and fine-tuning.
//
// A [Step] holds weights and optimizer state on the device and updates them
// from micro-batches: gradients are accumulated as sums, clipped by their
// global norm, and applied by AdamW as torch computes it. A [Planner] cuts a
// batch into micro-batches by length; a [Schedule] gives the learning rate of
// an update from its number alone.
package train
