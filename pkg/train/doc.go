// Package train trains models: one optimizer step for pretraining and
// fine-tuning alike, and pretraining with its presets, data, checkpoints and
// resume.
//
// A [Step] holds weights and optimizer state on the device and updates them
// from micro-batches: gradients are accumulated as sums, clipped by their
// global norm, and applied by AdamW as torch computes it. Everything else is a
// function of the step's number: the learning rate ([Schedule]), the documents
// and their masks ([Mask]), the cut into micro-batches ([Plan]). So a resumed
// run repeats the one that was killed, bit for bit.
//
// [Run] is pretraining as the paper does it (section 2).
package train
