// Package encoder runs a loaded model on texts: hidden states, embeddings,
// scores at chosen positions, losses, classes.
//
// An [Encoder] holds the weights on the device and the graphs compiled so far.
// It groups its inputs by length: sorted, padded to a short ladder of lengths,
// as many rows a batch as tokens allow. Results are given in the order of the
// inputs or say which input they belong to, and equal those of running each
// input alone up to the rounding of float32 sums.
//
// Measured against transformers 5.23.0 (eager attention, float32, torch 2.15.0
// on the CPU), as the greatest difference of a value in standard deviations of
// its tensor: over 100 models that testdata/live.py drew (Go backend; hidden
// states of every layer, embeddings, scores) 4.1e-5, where a hidden size of 4
// magnifies roundings, and below 1e-5 for 91 of them; at the full size of 22
// layers and 187,494,646 parameters (testdata/full.py, XLA on the CPU) 6.4e-6.
package encoder
