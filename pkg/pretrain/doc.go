// Package pretrain pretrains masked language models as the paper does (section
// 2): presets, masks, batches, validation, checkpoints and an exact resume.
//
// Everything in a step is a function of (corpus, settings, step): its documents,
// their masks, the cut into micro-batches, the learning rate. A resumed run
// therefore repeats a killed one bit for bit (on a GPU up to the order of sums),
// and resuming costs the same at any step. [Run] does all of it. Package run
// owns the files that it writes, and lists the faults that they survive.
package pretrain
