// Package encoder runs a loaded model on texts: hidden states, embeddings,
// scores at chosen positions, losses, classes.
//
// An [Encoder] holds the weights on the device and the graphs compiled so far. It
// sorts its inputs by length, pads them to a short ladder of lengths and fills
// batches up to a number of tokens. Results come in the order of the inputs, or with
// the input's index, and equal those of each input alone up to the rounding of
// float32 sums.
//
// Differences from transformers 5.23.0 (eager attention, float32, torch 2.15.0 on
// the CPU), as the greatest of a tensor in its standard deviations: 4.1e-5 over 100
// models that testdata/live.py drew (Go backend; hidden states of every layer,
// embeddings, scores), where a hidden size of 4 magnifies roundings, and below 1e-5
// for 91 of them; 6.4e-6 at the full size of 22 layers and 187,494,646 parameters
// (testdata/full.py, XLA on the CPU).
package encoder
