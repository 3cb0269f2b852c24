// Package finetune trains and scores sequence classifiers on JGLUE's tasks
// (paper section 3.3, Table 2).
//
// A [Trainer] holds one model and one tokenized data set, and makes any number
// of independent runs with them: [Trainer.Run] starts from the checkpoint's
// weights and a new classifier, makes one update after another with the step
// of package train, and scores the validation rows after the last epoch.
//
// The settings are the authors': batches of 32 rows, shuffled each epoch, the
// last one smaller; AdamW with betas 0.9 and 0.999, epsilon 1e-8, no decay;
// no clipping, no warm-up, linear decay to 0; dropout where the architecture
// has it. Token types are given to models that have them.
//
// # What was measured
//
// By testdata/compare.py on two cores that other work shared, XLA's CPU plugin,
// torch 2.15.0, transformers 5.23.0: JSTS as published, batches of 32, one epoch
// at 1e-3, from the last checkpoint of a tiny run of 480 steps (hidden size 64),
// three seeds. Pearson 0.086 ± 0.026 here, 0.107 ± 0.035 with transformers.
// Updates a second, the median of the second half: 13.4 and 20.2, a ratio of
// 0.66; over the whole run, in which XLA compiles, 9.8 and 17.7.
//
// The same from the run's step 0, whose weights are random: 0.204 ± 0.008. So
// short a pretraining, which ends near the unigram distribution (validation loss
// 7.40, the distribution's 7.54), does not help: two epochs at 5e-3 and 3e-4
// give 0.110 and 0.108 after it, 0.148 and 0.197 without it (one seed).
package finetune
