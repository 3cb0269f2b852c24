// Package run owns the folder of a pretraining run. Training writes the folder
// through this package, and everything else reads it through this package:
//
//	run.json                what the run is, sealed
//	log.jsonl               a line a step
//	eval.jsonl              a line a validation
//	checkpoints/step-000500 a checkpoint that stays
//	rolling/step-000510     the last rolling checkpoint
//	nonfinite/              the weights and the batch of a step that failed
//	.lock                   names the process that trains here
//
// A checkpoint is a directory in Hugging Face format whose trainer_state.json
// holds the SHA-256 of every other file and is itself sealed. The stages of
// one pretraining lie side by side: runs/tiny/stage1, runs/tiny/stage2.
package run
