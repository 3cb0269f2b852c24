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
// transformers 5.23.0: JSTS as published, batches of 32, four epochs at 1e-3,
// three seeds, the tiny sizes (hidden size 64). They were pretrained with
// testdata/windows.py's texts, 2,000 steps of a run of 8,000, --set lr=6e-3
// --set warmup_steps=200: 2.5 million tokens. Pearson 0.273 ± 0.079 here (0.320,
// 0.316, 0.182), 0.283 ± 0.015 with transformers; from random weights 0.181 (one
// seed).
//
// A short pretraining, which ends near the unigram distribution (500 steps,
// validation loss 7.33, the distribution's 7.54), does not help: four epochs (one
// seed) at 3e-4, 1e-3, 3e-3 and 1e-2 reached 0.113, 0.113, 0.141 and 0.129 after
// it, and 0.165, 0.181, 0.156 and 0.160 from its step 0, whose weights are random.
//
// Updates a second, with nothing else running, the median of the second half of
// an epoch: 26.2 and with transformers 19.9, a ratio of 1.31; over 390 updates,
// in which XLA compiles, 16.2 and 19.3, 0.84.
package finetune
