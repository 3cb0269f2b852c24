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
// By testdata/compare.py on two cores, XLA's CPU plugin, torch 2.15.0,
// transformers 5.23.0: JSTS as published, batches of 32, one epoch at 1e-3, from
// the last checkpoint of stage 1 of a tiny run (500 steps, hidden size 64), two
// seeds. Pearson 0.042 ± 0.027 here, 0.052 ± 0.005 with transformers. Updates a
// second, the median of the second half: 26.2 and 19.9, a ratio of 1.31; over
// the whole run, in which XLA compiles, 16.2 and 19.3, 0.84.
//
// So short a pretraining, which ends near the unigram distribution (validation
// loss 7.33, the distribution's 7.54), does not help: four epochs (one seed) at
// 3e-4, 1e-3, 3e-3 and 1e-2 reach 0.113, 0.113, 0.141 and 0.129 after it, and
// 0.165, 0.181, 0.156 and 0.160 from its step 0, whose weights are random.
package finetune
