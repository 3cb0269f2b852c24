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
// has it. Models that have token types receive them.
//
// # What was measured
//
// By testdata/compare.py on two cores, XLA's CPU plugin, torch 2.15.0,
// transformers 5.23.0, nothing else running: JSTS as published, batches of 32,
// four epochs at 1e-3, three seeds, the tiny sizes (hidden size 64), Pearson and
// its deviation over the seeds:
//
//	                     here               transformers
//	pretrained           0.309 ± 0.003      0.327 ± 0.021
//	random weights       0.155 ± 0.023      0.173 ± 0.023
//
// Pretrained is 8,000 steps, ten million tokens, of the built-in corpus in windows (rows=windows)
// with --set total_steps=8000 --set lr=6e-3 --set warmup_steps=200: validation
// loss 4.66 (the unigram distribution's 7.60). After 2,000 of these steps (5.47)
// three seeds reached 0.273 ± 0.079 here and 0.283 ± 0.015 with transformers.
//
// A short pretraining, which ends near the unigram distribution (500 steps,
// validation loss 7.33, the distribution's 7.54), does not help: four epochs (one
// seed) at 3e-4, 1e-3, 3e-3 and 1e-2 reached 0.113, 0.113, 0.141 and 0.129 after
// it, and 0.165, 0.181, 0.156 and 0.160 from its step 0, whose weights are random.
//
// Updates a second of the pretrained runs, medians: 24.9 and with transformers
// 18.2 in the second halves of the runs, a ratio of 1.37; 22.5 and 17.9 over
// whole runs, in which XLA compiles, 1.26.
package finetune
