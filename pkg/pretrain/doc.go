// Package pretrain is masked-language-model pretraining as the paper does it
// (section 2): presets, masks, batches, validation, checkpoints and an exact
// resume.
//
// Everything that a step does is a function of (corpus, settings, step): its
// documents, their masks, the cut into micro-batches, the learning rate. So a
// resumed run repeats the one that was killed bit for bit (on a GPU but for
// sums in no fixed order), and resuming costs the same at any step. [Run] does
// it all.
package pretrain
