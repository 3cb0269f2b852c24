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
package finetune
